"""Files of every format to their content: headings, paragraphs, lists and tables, page by page."""
