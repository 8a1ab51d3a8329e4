"""The mirror of every record, provably complete, and what is read from it (大情报平台·舆情)."""
