"""The WeChat channels: what comes in, what goes out, and who is who."""
