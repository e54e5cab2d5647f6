"""A lab that is somewhere else: the same front door, over the server's API (`workbook serve`)."""
