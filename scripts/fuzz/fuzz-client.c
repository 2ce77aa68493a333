/*
 * The libFuzzer target of the native client: its own source, with every system call answered from the fuzzer's input.
 * So the input decides what the daemon, stdin, the kernel and the user do. After the end of the input, every call
 * succeeds and every stream ends. After each call, and at each exit of the client, it checks what must always be true.
 */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CHECK(holds) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "fuzz-client.c:%d: does not hold: %s\n", __LINE__, #holds); \
			abort(); \
		} \
	} while (0)

enum {
	SOCKET = 5,
	PIPE_READ = 6,
	PIPE_WRITE = 7,
	READY_READ = 8,
	READY_WRITE = 9,
	DAEMON = 4321,
	PIPE_CAPACITY = 64 * 1024,
	STREAM_CAPACITY = 1024 * 1024,
	RETURNED = 1, /* results of setjmp */
	EXITED,
	EXECUTED,
};

struct stream {
	char bytes[STREAM_CAPACITY];
	size_t length;
	int is_ended, is_cut;
};

static const uint8_t *tape;
static size_t tape_left;
static struct stream input, received, pipe_content, streams[3];
static size_t sent;
static int socket_fd, is_folder_safe, is_peer_own, is_shut, is_closed, is_stdin_replaced, is_timed_out, exit_status;
static int is_absent, is_starting, is_started, is_telling;
static int is_kubelets; /* the client runs under the plugin's name */
static int asked;
static long long clock_ms;
static jmp_buf ended;
static char *client_argv[16];
static char **fuzz_environ;

/* The next byte of the input; after its end 0, with which every call succeeds. */
static unsigned next(void)
{
	if (tape_left == 0)
		return 0;
	tape_left--;
	return *tape++;
}

/* Whether the call fails, with one of these errors. */
static int fails(unsigned choice, int first, int second)
{
	if (choice < 0xF0)
		return 0;
	errno = choice < 0xF4 ? EINTR : choice < 0xF8 ? EAGAIN : choice < 0xFC ? first : second;
	return 1;
}

/* How many of the given bytes a call takes or returns: all, few, or many thousands. */
static size_t part(unsigned choice, size_t most)
{
	size_t size = choice < 0x80 ? most : choice < 0xC0 ? (choice & 0x3F) + 1u : ((choice & 0x3F) + 1u) * 4096u;
	return size < most ? size : most;
}

static void append_to(struct stream *stream, const char *bytes, size_t length)
{
	CHECK(length <= sizeof stream->bytes - stream->length);
	memcpy(stream->bytes + stream->length, bytes, length);
	stream->length += length;
}

/* One read of outside data: bytes of the input, or many equal bytes. */
static ssize_t give(struct stream *stream, char *buffer, size_t size)
{
	unsigned choice = next();
	CHECK(!stream->is_ended);
	if (fails(choice, ECONNRESET, EIO))
		return -1;
	size_t room = sizeof stream->bytes - stream->length;
	size_t length = choice < 0x10 ? 0 : choice < 0xC0 ? choice & 0x0F : ((choice & 0x3F) + 1u) * 4096u;
	length = length < size ? length : size;
	length = length < room ? length : room;
	if (length == 0) {
		stream->is_ended = 1;
		return 0;
	}
	if (choice < 0xC0)
		for (size_t i = 0; i < length; i++)
			buffer[i] = (char)next();
	else
		memset(buffer, (int)next(), length);
	append_to(stream, buffer, length);
	return (ssize_t)length;
}

static int is_answer_whole(void);

/* Whether the answer, after its length, tells the client to ask again. */
static int has_asked_again(void)
{
	const size_t head = received.bytes[0] == '=' ? 8 : 0;
	return received.length > head && received.bytes[head] == '4';
}

static int fuzz_socket(int domain, int type, int protocol)
{
	CHECK(domain == AF_UNIX && type == SOCK_STREAM && protocol == 0);
	/* The client connects a second time only if the daemon asks for the whole environment. */
	CHECK(asked == 0 || (asked == 1 && is_closed && has_asked_again()));
	CHECK(!is_absent || is_started);
	asked++;
	received.length = sent = 0;
	received.is_ended = is_peer_own = is_shut = is_closed = is_absent = 0;
	unsigned choice = next();
	socket_fd = choice < 0xF0 ? SOCKET : choice < 0xFC ? (int)(choice & 3) - 1 : -1;
	errno = EMFILE;
	return socket_fd;
}

static int fuzz_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	const struct sockaddr_un *local = (const struct sockaddr_un *)(const void *)address;
	CHECK(fd == SOCKET && is_folder_safe && length == sizeof *local);
	CHECK(local->sun_path[0] == '/' && memchr(local->sun_path, '\0', sizeof local->sun_path) != NULL);
	int failed = fails(next(), ENOENT, ECONNREFUSED);
	is_absent = failed && (errno == ENOENT || errno == ECONNREFUSED);
	return failed ? -1 : 0;
}

static int fuzz_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	CHECK(fd == SOCKET && level == SOL_SOCKET && name == SO_SNDTIMEO && length == sizeof(struct timeval));
	CHECK(((const struct timeval *)value)->tv_sec > 0);
	return fails(next(), EINVAL, EDOM) ? -1 : 0;
}

static int fuzz_getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
	CHECK(fd == SOCKET && level == SOL_SOCKET && name == SO_PEERCRED && *length == sizeof(struct ucred));
	unsigned choice = next();
	if (fails(choice, EINVAL, EBADF))
		return -1;
	is_peer_own = choice < 0xE0;
	*(struct ucred *)value = (struct ucred){.pid = 1, .uid = is_peer_own ? 1000 : choice, .gid = 1000};
	return 0;
}

static uid_t fuzz_getuid(void)
{
	return 1000;
}

static int fuzz_stat(const char *path, struct stat *status)
{
	unsigned choice = next();
	CHECK(*path == '/');
	if (fails(choice, ENOENT, EACCES))
		return -1;
	*status = (struct stat){.st_mode = S_IFDIR | 0700, .st_uid = 1000};
	if (choice >= 0xE0)
		status->st_uid = choice;
	else if (choice >= 0xD0)
		status->st_mode = S_IFLNK | 0700;
	else if (choice >= 0xC0)
		status->st_mode = S_IFDIR | 0700 | (choice & 077);
	return 0;
}

/* The socket's folder. The client checks the runtime folder with stat. */
static int fuzz_lstat(const char *path, struct stat *status)
{
	int failed = fuzz_stat(path, status);
	is_absent = failed && errno == ENOENT;
	is_folder_safe = !failed && S_ISDIR(status->st_mode) && (status->st_mode & 077) == 0 && status->st_uid == 1000;
	return failed;
}

static int fuzz_fcntl(int fd, int command, ...)
{
	CHECK((fd == socket_fd && command == F_SETFD) || (fd == PIPE_WRITE && command == F_SETFL));
	return fails(next(), EBADF, EINVAL) ? -1 : 0;
}

static int fuzz_clock_gettime(clockid_t clock, struct timespec *now)
{
	CHECK(clock == CLOCK_MONOTONIC);
	*now = (struct timespec){.tv_sec = clock_ms / 1000, .tv_nsec = clock_ms % 1000 * 1000000};
	return 0;
}

static int fuzz_poll(struct pollfd *one, nfds_t count, int timeout)
{
	CHECK(count == 1 && (one->fd == SOCKET || one->fd == READY_READ || one->fd <= STDERR_FILENO) && timeout <= 602000);
	unsigned choice = next();
	if (fails(choice, ENOMEM, EINVAL)) {
		if (one->fd == STDOUT_FILENO || one->fd == STDERR_FILENO)
			streams[one->fd].is_cut = streams[one->fd].is_cut || errno != EINTR;
		return -1;
	}
	if (choice >= 0xC0 && timeout >= 0) {
		clock_ms += timeout;
		is_timed_out = 1;
		return 0;
	}
	clock_ms += choice;
	one->revents = one->events;
	return 1;
}

static ssize_t fuzz_read(int fd, void *buffer, size_t size)
{
	if (fd == READY_READ) {
		unsigned choice = next();
		CHECK(is_starting && !is_started && size == 1);
		if (fails(choice, EIO, EIO) || choice >= 0xC0)
			return choice >= 0xF0 ? -1 : 0;
		*(char *)buffer = 'r';
		is_started = 1;
		asked = 0;
		return 1;
	}
	CHECK(fd == STDIN_FILENO && size > 0 && is_peer_own);
	return give(&input, buffer, size);
}

static ssize_t fuzz_recv(int fd, void *buffer, size_t size, int flags)
{
	CHECK(fd == SOCKET && is_shut && size > 0 && (flags & MSG_DONTWAIT) != 0);
	return give(&received, buffer, size);
}

static ssize_t fuzz_send(int fd, const void *bytes, size_t length, int flags);

static int fuzz_shutdown(int fd, int how);

/* The client calls this before it reads stdin: on a terminal, it first tells the user what to type. */
static int fuzz_isatty(int fd)
{
	/* The kubelet's stderr is no terminal. */
	if (is_kubelets && fd == STDERR_FILENO)
		return 0;
	CHECK(fd == STDIN_FILENO && is_peer_own && !input.is_ended && input.length == 0);
	is_telling = next() >= 0xF0;
	return is_telling;
}

static ssize_t fuzz_write(int fd, const void *bytes, size_t length)
{
	unsigned choice = next();
	if (is_telling) {
		is_telling = 0;
		CHECK(fd == STDERR_FILENO && length > 12 && memcmp(bytes, "Waiting for ", 12) == 0);
		return fails(choice, EIO, EPIPE) ? -1 : (ssize_t)length;
	}
	if (fd == PIPE_WRITE) {
		size_t room = PIPE_CAPACITY - pipe_content.length;
		if (fails(choice, EIO, EPIPE))
			return -1;
		append_to(&pipe_content, bytes, length < room ? length : room);
		return (ssize_t)pipe_content.length;
	}
	CHECK(fd == STDOUT_FILENO || fd == STDERR_FILENO);
	struct stream *stream = &streams[fd];
	if (fails(choice, EPIPE, ENOSPC)) {
		stream->is_cut = stream->is_cut || (errno != EINTR && errno != EAGAIN);
		return -1;
	}
	size_t taken = part(choice, length);
	append_to(stream, bytes, taken);
	return (ssize_t)taken;
}

static int fuzz_pipe(int ends[2])
{
	if (fails(next(), EMFILE, ENFILE))
		return -1;
	ends[0] = PIPE_READ;
	ends[1] = PIPE_WRITE;
	return 0;
}

/* The pipe on which a new daemon writes `ready`. */
static int fuzz_pipe2(int ends[2], int flags)
{
	CHECK(flags == O_CLOEXEC);
	unsigned choice = next();
	if (fails(choice, EMFILE, ENFILE))
		return -1;
	ends[0] = choice < 0xE0 ? READY_READ : (int)(choice % 3);
	ends[1] = READY_WRITE;
	return 0;
}

/* Only if no daemon runs, for an action that is worth starting one, and once. The child's code does not run here. */
static pid_t fuzz_fork(void)
{
	CHECK(is_absent && !is_starting);
	CHECK(is_kubelets || strcmp(client_argv[1], "get") == 0 || strcmp(client_argv[1], "store") == 0);
	CHECK(!input.is_ended && input.length == 0);
	is_starting = 1;
	return fails(next(), EAGAIN, ENOMEM) ? -1 : DAEMON;
}

static int fuzz_kill(pid_t process, int number)
{
	CHECK(process == DAEMON && number == SIGKILL && is_starting && !is_started);
	return 0;
}

static int fuzz_dup2(int from, int to)
{
	CHECK(from == PIPE_READ && to == STDIN_FILENO);
	if (fails(next(), EBADF, EIO))
		return -1;
	is_stdin_replaced = 1;
	return to;
}

static int fuzz_close(int fd)
{
	CHECK(fd == PIPE_READ || fd == PIPE_WRITE || (fd == READY_WRITE && is_starting) || (fd == READY_READ && is_started) ||
	      (fd == SOCKET && (is_absent || is_answer_whole()) && !is_closed));
	is_closed = is_closed || fd == SOCKET;
	return fails(next(), EIO, EIO) ? -1 : 0;
}

static int fuzz_setrlimit(int resource, const struct rlimit *limit)
{
	CHECK(resource == (int)RLIMIT_CORE && limit->rlim_cur == 0 && limit->rlim_max == 0);
	return fails(next(), EPERM, EINVAL) ? -1 : 0;
}

static int fuzz_prctl(int option, int value)
{
	CHECK(option == PR_SET_DUMPABLE && value == 0);
	return fails(next(), EPERM, EINVAL) ? -1 : 0;
}

static void (*fuzz_signal(int number, void (*disposition)(int)))(int)
{
	CHECK(number == SIGPIPE && disposition == SIG_IGN);
	return SIG_DFL;
}

static char *fuzz_getenv(const char *name)
{
	size_t length = strlen(name);
	for (char **variable = fuzz_environ; *variable != NULL; variable++)
		if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
			return *variable + length + 1;
	return NULL;
}

static int fuzz_execv(const char *program, char *const argv[]);

static _Noreturn void fuzz_exit(int status)
{
	exit_status = status;
	longjmp(ended, EXITED);
}

#define main client_main
#define environ fuzz_environ
#define socket fuzz_socket
#define connect fuzz_connect
#define setsockopt fuzz_setsockopt
#define getsockopt fuzz_getsockopt
#define getuid fuzz_getuid
#define stat(path, status) fuzz_stat(path, status)
#define lstat fuzz_lstat
#define fcntl fuzz_fcntl
#define clock_gettime fuzz_clock_gettime
#define poll fuzz_poll
#define read fuzz_read
#define recv fuzz_recv
#define send fuzz_send
#define shutdown fuzz_shutdown
#define write fuzz_write
#define pipe fuzz_pipe
#define pipe2 fuzz_pipe2
#define fork fuzz_fork
#define isatty fuzz_isatty
#define kill fuzz_kill
#define dup2 fuzz_dup2
#define close fuzz_close
#define setrlimit fuzz_setrlimit
#define signal fuzz_signal
#define prctl fuzz_prctl
#define getenv fuzz_getenv
#define execv fuzz_execv
#define _exit fuzz_exit
#define ECR_XACCT_PROGRAM "/ecr-xacct"
#define extern static /* `environ` is that of this file */
#include "../../src/client/docker-credential-ecr-xacct.c"
#undef extern
#undef stat

/* Whether a variable of the frame has this prefix. */
static int has_variable(const char *start, size_t end)
{
	const char *line = memchr(frame, '\n', end);
	CHECK(line != NULL);
	for (size_t at = (size_t)(line - frame) + 1; at < end; at += strlen(frame + at) + 1)
		if (strncmp(frame + at, start, strlen(start)) == 0)
			return 1;
	return 0;
}

/*
 * The frame is one line, variables, a NUL, and all of stdin. It goes only to this user's daemon, and has every variable
 * only if the daemon asked for them.
 */
static ssize_t fuzz_send(int fd, const void *bytes, size_t length, int flags)
{
	CHECK(fd == SOCKET && is_folder_safe && is_peer_own && !is_shut && (flags & MSG_DONTWAIT) != 0);
	const size_t before = frame_length;
	CHECK(bytes == frame + sent && length == before + input.length - sent);
	CHECK(before + input.length <= (asked == 2 ? MAX_WHOLE : MAX_FRAME));
	CHECK(memcmp(frame + before, input.bytes, input.length) == 0 && frame[before - 1] == '\0');
	CHECK((asked == 2) == has_variable("@all=1", before));
	CHECK(asked == 2 || !has_variable("NODE_OPTIONS=", before));
	unsigned choice = next();
	if (fails(choice, ECONNRESET, EPIPE))
		return -1;
	size_t taken = part(choice, length);
	sent += taken;
	return (ssize_t)taken;
}

static int fuzz_shutdown(int fd, int how)
{
	CHECK(fd == SOCKET && how == SHUT_WR && sent == frame_length + input.length);
	is_shut = 1;
	return fails(next(), ENOTCONN, EBADF) ? -1 : 0;
}

/* The program gets all arguments, and stdin either unread or whole. */
static int fuzz_execv(const char *program, char *const argv[])
{
	size_t count = 0;
	CHECK(strcmp(program, "/ecr-xacct") == 0 && strcmp(argv[0], "ecr-xacct") == 0);
	CHECK(strcmp(argv[1], is_kubelets ? "kubelet" : "helper") == 0);
	while (client_argv[count] != NULL && client_argv[count + 1] != NULL) {
		CHECK(argv[count + 2] == client_argv[count + 1]);
		count++;
	}
	if (is_kubelets) {
		size_t last = count + 2;
		while (argv[last + 1] != NULL)
			last++;
		CHECK(strncmp(argv[last], "--begun=", 8) == 0 && last <= count + 3);
		((char **)(uintptr_t)argv)[last] = NULL;
	}
	CHECK(argv[count + 2] == NULL ||
	      (strcmp(argv[count + 2], "--no-daemon") == 0 && argv[count + 3] == NULL && is_starting && !is_started) ||
	      (strcmp(argv[count + 2], "--daemon-silent") == 0 && argv[count + 3] == NULL && is_timed_out && is_peer_own));
	CHECK(input.length == 0 || input.is_ended);
	CHECK(is_stdin_replaced == (input.length > 0));
	CHECK(pipe_content.length == input.length && memcmp(pipe_content.bytes, input.bytes, input.length) == 0);
	CHECK(streams[1].length == 0 && streams[2].length == 0);
	free((void *)(uintptr_t)argv);
	if (next() >= 0xF0) {
		errno = ENOENT;
		return -1;
	}
	longjmp(ended, EXECUTED);
}

static int begins(const struct stream *stream, const char *bytes, size_t length)
{
	return stream->length <= length && memcmp(stream->bytes, bytes, stream->length) == 0;
}

/* Whether the stream is exactly one of the client's own lines. */
static int is_own_line(const struct stream *stream)
{
	static const char *const lines[] = {
		"ecr-xacct: stdin did not end within 30 s\n",
		"ecr-xacct: stdin is larger than 256 KiB\n",
		"ecr-xacct: stdin cannot be read\n",
		"ecr-xacct: stdin is too large for a credential helper; run docker login again\n",
		"ecr-xacct: the kubelet's request is too large to be read again\n",
		"ecr-xacct: cannot start /ecr-xacct: No such file or directory; install it again\n",
		"ecr-xacct: no daemon of this user answers at ECR_XACCT_SOCKET; on the host, run: systemctl --user start ecr-xacct.socket\n",
		"ecr-xacct: cannot wait: out of memory\n",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (begins(stream, lines[i], strlen(lines[i])))
			return 1;
	return 0;
}

/* Whether the answer has ended, or has as many bytes as its length says. */
static int is_answer_whole(void)
{
	unsigned long said = 0;
	if (received.bytes[0] != '=')
		return received.is_ended;
	for (size_t i = 1; i < 8; i++) {
		if (received.length < 9 || received.bytes[i] < '0' || received.bytes[i] > '9')
			return 0;
		said = said * 10 + (unsigned long)(received.bytes[i] - '0');
	}
	return said == received.length - 8;
}

/* The client ended by itself: each stream has only what the daemon or the client wrote. */
static void check_end(int how)
{
	CHECK(exit_status == 0 || exit_status == 1);
	if (how == EXITED) {
		CHECK(exit_status == 1 && is_own_line(&streams[2]));
		CHECK(is_kubelets ? streams[1].length == 0 : is_own_line(&streams[1]));
		return;
	}
	CHECK(received.length > 0 && received.length <= MAX_ANSWER);
	CHECK(is_answer_whole());
	if (received.bytes[0] == '=') {
		received.length -= 8;
		memmove(received.bytes, received.bytes + 8, received.length);
	}
	char kind = received.bytes[0];
	CHECK(kind == '0' || kind == '1' || kind == '2');
	if (kind != '0' && !is_kubelets)
		append_to(&received, "\n", 1);
	for (int fd = 1; fd <= 2; fd++) {
		/* The kubelet reads failures only from stderr. */
		int is_told = is_kubelets ? (fd == 1) == (kind == '0') : fd == 1 || kind == '2';
		CHECK(begins(&streams[fd], received.bytes + 1, is_told ? received.length - 1 : 0));
		CHECK(!is_told || streams[fd].is_cut || streams[fd].length == received.length - 1);
	}
	CHECK((exit_status == 0) == (kind == '0' && !streams[1].is_cut));
}

static void choose_arguments(void)
{
	static char *const words[] = {"get", "store", "erase", "list", "version", "", "gets", "--daemon-silent"};
	static char plugin_path[] = "/bin/ecr-xacct-credential-provider";
	unsigned choice = next();
	size_t count = choice < 0xC0 ? 2 : choice & 0x0F;
	memset(client_argv, 0, sizeof client_argv);
	for (size_t i = 0; i < count; i++)
		client_argv[i] = words[i == 1 && choice < 0xC0 ? choice & 3 : next() & 7];
	is_kubelets = count > 0 && (choice & 0x20) != 0;
	if (!is_kubelets)
		return;
	client_argv[0] = choice & 0x10 ? plugin_path : plugin_path + 5;
	if (choice < 0xC0)
		client_argv[1] = NULL;
}

/* A variable's value is bytes of the input, or so long that the frame or a path has no room for it. */
static void choose_environment(void)
{
	static const char *const names[] = {
		"ECR_XACCT_SOCKET=/", "ECR_XACCT_SOCKET=", "XDG_RUNTIME_DIR=/", "XDG_RUNTIME_DIR=", "ECR_XACCT_DAEMON=",
		"ECR_XACCT_DAEMON=on", "ECR_XACCT_TIMEOUT=", "ECR_XACCT_TIMEOUT=6", "AWS_", "HOME", "LC_", "HOME=", "PATH=", "=", "",
		"NODE_OPTIONS=", "AWS_CONFIG_FILE=/", "HOME=/",
	};
	static char texts[8][128 * 1024];
	static char *variables[9];
	size_t count = next() & 7;
	for (size_t i = 0; i < count; i++) {
		unsigned choice = next();
		const char *name = names[choice % (sizeof names / sizeof *names)];
		size_t length = strlen(name), more = choice < 0xE0 ? choice >> 4 : ((next() & 31) + 1u) * 4000u;
		memcpy(texts[i], name, length);
		for (size_t end = length + more; length < end; length++)
			if ((texts[i][length] = (char)(choice < 0xE0 ? next() : 'x')) == '\0')
				break;
		texts[i][length] = '\0';
		variables[i] = texts[i];
	}
	variables[count] = NULL;
	fuzz_environ = variables;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tape = data;
	tape_left = size;
	input.length = received.length = pipe_content.length = sent = 0;
	input.is_ended = received.is_ended = 0;
	for (int fd = 0; fd <= 2; fd++)
		streams[fd].length = 0, streams[fd].is_cut = 0;
	socket_fd = is_folder_safe = is_peer_own = is_shut = is_closed = is_stdin_replaced = is_timed_out = exit_status = 0;
	is_absent = is_starting = is_started = is_telling = 0;
	clock_ms = 1000;
	frame_length = stdin_length = 0;
	stdin_bytes = NULL;
	asked = 0;
	choose_arguments();
	choose_environment();

	int count = 0;
	while (client_argv[count] != NULL)
		count++;
	int how = setjmp(ended);
	if (how == 0) {
		exit_status = client_main(count, client_argv);
		how = RETURNED;
	}
	if (how != EXECUTED)
		check_end(how);
	return 0;
}
