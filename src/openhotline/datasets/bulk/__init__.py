"""Looking at very many pictures: batches through a confined process, compared with lists, hits confirmed strictly."""
