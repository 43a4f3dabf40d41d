"""One reader or writer for each format that ffmpeg does not serve well enough."""
