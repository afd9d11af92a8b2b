"""Văn bản đến: received, checked, registered, handled (Đ20 to Đ24)."""
