"""The embedded network as a service on loopback: started, found and stopped by commands of their own."""
