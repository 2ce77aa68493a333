@rem What Docker runs. There is no daemon on Windows: each call gets its token anew.
@"%~dp0ecr-xacct.exe" helper %*
