@rem Docker runs this file. There is no daemon on Windows: each call gets a new token.
@"%~dp0ecr-xacct.exe" helper %*
