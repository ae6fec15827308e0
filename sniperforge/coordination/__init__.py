"""What keeps processes out of each other's way: wallet locks, the holder's inbox."""
