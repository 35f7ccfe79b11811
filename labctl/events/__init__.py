"""What happened in a run, as a closed set of events, their canonical bytes and the protocol of a journal."""
