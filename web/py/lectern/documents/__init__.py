"""Documents: raw items from text, Markdown, HTML, EPUB and PDF -> blocks of plain text."""
