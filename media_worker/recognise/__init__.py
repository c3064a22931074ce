"""Recognise: utterances to words, pictures of cards to lines; in processes of their own."""
