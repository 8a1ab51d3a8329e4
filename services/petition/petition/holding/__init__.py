"""What whoever has number and query code of a petition may read and do (凭编号和查询码), without any account."""
