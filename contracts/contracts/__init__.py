"""What travels between the services: topics, events, the codec, and the types generated from the schemas."""
