"""What is put on paper or into a picture: QR codes, sheets, cards."""
