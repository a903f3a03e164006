"""A result as a file for spreadsheets: CSV and XLSX, in parts, with bounded memory."""
