"""PubSub as a validator speaks it: subscriptions in, notifications out, no sockets."""
