"""Bytes to and from instruments, on both ends of the wire; nothing else in labctl touches a socket or a port."""
