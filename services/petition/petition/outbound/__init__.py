"""What goes out to whoever wrote in (答复发送): by the channel by which it came, at least once, in order."""
