/* The lower bound of the benchmark: the cost of a program that only copies stdin to stdout. */
#include <unistd.h>

int main(void)
{
	char buffer[65536];
	ssize_t length;

	while ((length = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
		if (write(STDOUT_FILENO, buffer, (size_t)length) != length)
			return 1;
	return length < 0;
}
