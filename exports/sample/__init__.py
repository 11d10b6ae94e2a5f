"""The sample platform: a small learning platform with invented customers to try exports on."""
