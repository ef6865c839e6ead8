"""A video file, and the pictures of the frames that are wanted of it."""
