"""Văn bản đi: from the first draft to the sending (Đ10 to Đ19), and copies (Đ25)."""
