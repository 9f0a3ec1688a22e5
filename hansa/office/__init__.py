"""The office: the register of a partnership as a site that officers of several parties use together."""
