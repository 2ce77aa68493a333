/*
 * A network with latency in one network namespace: a TUN device that sends each packet back after a delay, with
 * its two addresses swapped. A server on 0.0.0.0 is then reached under any other address of the device's subnet, and
 * everything in TCP (handshake, acknowledgements, slow start) has this latency. The checksums stay valid: they are sums.
 *
 * usage: delay-link DEVICE MICROSECONDS      (one way; says "ready" on stdout; ends when stdin closes)
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE = 4096, PACKET = 2048, IPV4_HEADER = 20, SOURCE = 12, DESTINATION = 16, ADDRESS = 4 };

static struct {
	long long due;
	size_t length;
	unsigned char bytes[PACKET];
} queue[QUEUE];
static unsigned head, tail;

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int open_device(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -1;
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	return ioctl(fd, TUNSETIFF, &request) < 0 ? -1 : fd;
}

/*
 * Reads the packets that the kernel sends. Drops IPv6, with which the device announces itself, and, as a network does,
 * packets for which the queue has no room.
 */
static void take(int fd, long long delay)
{
	while (tail - head < QUEUE) {
		unsigned char *bytes = queue[tail % QUEUE].bytes, source[ADDRESS];
		ssize_t length = read(fd, bytes, PACKET);

		if (length < 0)
			return;
		if (length < IPV4_HEADER || bytes[0] >> 4 != 4)
			continue;
		memcpy(source, bytes + SOURCE, ADDRESS);
		memcpy(bytes + SOURCE, bytes + DESTINATION, ADDRESS);
		memcpy(bytes + DESTINATION, source, ADDRESS);
		queue[tail % QUEUE].length = (size_t)length;
		queue[tail % QUEUE].due = now() + delay;
		tail++;
	}
}

static void deliver(int fd)
{
	while (head != tail && queue[head % QUEUE].due <= now()) {
		if (write(fd, queue[head % QUEUE].bytes, queue[head % QUEUE].length) < 0)
			perror("delay-link");
		head++;
	}
}

int main(int argc, char **argv)
{
	int fd;
	long long delay;

	if (argc != 3)
		return 2;
	delay = atoll(argv[2]) * 1000;
	fd = open_device(argv[1]);
	if (fd < 0) {
		perror("delay-link: /dev/net/tun");
		return 1;
	}
	prctl(PR_SET_TIMERSLACK, 1UL); /* 50 microseconds by default, on each packet */
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct pollfd polled[] = { { fd, POLLIN, 0 }, { STDIN_FILENO, POLLIN, 0 } };
		long long wait = head == tail ? -1 : queue[head % QUEUE].due - now();
		struct timespec timeout = { wait > 0 ? wait / 1000000000 : 0, wait > 0 ? wait % 1000000000 : 0 };

		if (ppoll(polled, 2, head == tail ? NULL : &timeout, NULL) < 0)
			return 1;
		if (polled[1].revents != 0)
			return 0;
		take(fd, delay);
		deliver(fd);
	}
}
