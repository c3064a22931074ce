"""PDFs that scripts pin by their hash: taken in, checked, handed to the pages that show them."""
