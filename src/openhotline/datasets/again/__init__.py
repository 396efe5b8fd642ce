"""What is asked of a finished audit without its pictures: a later list, and what two data sets have in common."""
