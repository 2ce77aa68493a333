/*
 * The native client, run by Docker and, under a name that begins with ecr-xacct-credential-provider, by the kubelet:
 * sends the request to the daemon and copies its answer to stdout. It parses nothing and decides nothing. In every
 * other case it execs the TypeScript program. The wire format is that of src/wire/codec.ts and
 * src/wire/place.ts, the socket's path that of src/wire/socket-path.ts, the variables those of
 * src/caller-environment.ts.
 *
 * ECR_XACCT_PROGRAM is the path of `ecr-xacct`, fixed by the build: absolute, or relative to the folder of this
 * program's file. If it is relative, both files can be moved together.
 */
#if defined(__linux__)
#define _GNU_SOURCE /* struct ucred */
#endif
#if defined(__APPLE__)
#include <mach-o/dyld.h>
#include <sys/types.h>
#include <sys/ptrace.h>
#endif
#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	MAX_FRAME = 256 * 1024,   /* as MAX_FRAME_BYTES in src/wire/codec.ts */
	MAX_WHOLE = 1024 * 1024,  /* as MAX_WHOLE_FRAME_BYTES there */
	MAX_ANSWER = MAX_FRAME,   /* a credential is about 2.5 kB, a failure a line */
	STDIN_SECONDS = 30,       /* as STDIN_DEADLINE_MS in src/client/read-stdin.ts */
	SIZE_DIGITS = 7,          /* of `@size` and of an answer's length, as in src/wire/codec.ts */
	DEFAULT_SECONDS = 30,     /* as in src/wire/daemon-variables.ts */
	MAX_SECONDS = 600,
	PLUGIN_CONNECT_SECONDS = 5,
	PLUGIN_SECONDS = 45,      /* as PLUGIN_DEADLINE in src/kubelet/retry-delay.ts */
	GRACE_SECONDS = 2,        /* as GRACE_MS in src/client/reach-daemon.ts */
	START_SECONDS = 10,       /* as START_DEADLINE_MS in src/client/start-daemon.ts */
	CLOSE_RANGE = 436,        /* the same number on every Linux: https://man7.org/linux/man-pages/man2/close_range.2.html */
	READY_FD = 3,             /* as RESULT_FD in src/os/inherited-fds.ts */
};

extern char **environ;

static char **arguments; /* argv without the program's name */
static int is_plugin;    /* run by the kubelet, which reads only stderr */
static long long started; /* by `now_ms`; the plugin's time is for the whole run */
static int is_socket_named; /* ECR_XACCT_SOCKET is set, and a daemon was looked for there */
static char frame[MAX_WHOLE + 1];
static size_t frame_length; /* without stdin */
static char *size_digits;   /* of `@size`, in the frame */
static char *stdin_bytes;   /* what was read so far; after the rest of the frame when that is sent */
static size_t stdin_length;
static char answer[MAX_ANSWER + 1];

static _Noreturn void fail(const char *text, size_t length)
{
	/* A line break would make three lines of it in the kubelet's log. */
	if (is_plugin && length > 0)
		length--;
	/*
	 * To both, because `docker pull` drops stdout and other programs drop stderr. A write to a closed stream fails
	 * silently.
	 */
	for (int fd = is_plugin ? STDERR_FILENO : STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
		if (write(fd, text, length) < 0)
			continue;
	_exit(1);
}
#define FAIL(text) fail("ecr-xacct: " text "\n", sizeof "ecr-xacct: " text)

/*
 * Puts the bytes that were read from stdin back, in a pipe. A pipe holds at least 16 KiB; a hostname or a credential is
 * far smaller.
 */
static void put_back_stdin(void)
{
	int ends[2];
	if (stdin_length == 0)
		return;
	if (pipe(ends) != 0 || fcntl(ends[1], F_SETFL, O_NONBLOCK) == -1 ||
	    write(ends[1], stdin_bytes, stdin_length) != (ssize_t)stdin_length || dup2(ends[0], STDIN_FILENO) == -1 ||
	    close(ends[0]) != 0 || close(ends[1]) != 0) {
		if (is_plugin)
			FAIL("the kubelet's request is too large to be read again");
		FAIL("stdin is too large for a credential helper; run docker login again");
	}
}

/*
 * The path of this program's file with symbolic links resolved, in a buffer of PATH_MAX; false if the system does not
 * report it.
 */
static int own_path(char *path)
{
#if defined(__APPLE__)
	char called[PATH_MAX];
	uint32_t size = sizeof called;
	return _NSGetExecutablePath(called, &size) == 0 && realpath(called, path) != NULL;
#else
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	if (length <= 0)
		return 0;
	path[length] = '\0';
	return 1;
#endif
}

/* The path of the TypeScript program; NULL if it cannot be found out. */
static const char *program_path(void)
{
	static char path[PATH_MAX];
	if (ECR_XACCT_PROGRAM[0] == '/')
		return ECR_XACCT_PROGRAM;
	if (!own_path(path))
		return NULL;
	size_t folder = (size_t)(strrchr(path, '/') - path) + 1;
	if (folder + sizeof ECR_XACCT_PROGRAM > sizeof path)
		return NULL;
	memcpy(path + folder, ECR_XACCT_PROGRAM, sizeof ECR_XACCT_PROGRAM);
	return path;
}

/* Becomes the TypeScript program. */
static _Noreturn void exec_program(char *option)
{
	size_t count = 0;
	while (arguments[count] != NULL)
		count++;
	char **argv = calloc(count + 5, sizeof *argv);
	if (argv == NULL)
		FAIL("out of memory");
	argv[0] = "ecr-xacct";
	argv[1] = is_plugin ? "kubelet" : "helper";
	memcpy(argv + 2, arguments, count * sizeof *argv);
	argv[count + 2] = option;
	if (is_plugin) {
		static char begun[40];
		snprintf(begun, sizeof begun, "--begun=%lld", started);
		argv[count + (option == NULL ? 2 : 3)] = begun;
	}
	put_back_stdin();
	const char *program = program_path();
	if (program == NULL)
		FAIL("cannot find ecr-xacct: /proc/self/exe cannot be read; mount /proc");
	execv(program, argv);
	/* An existing file that is "not found" needs a loader that this system does not have. */
	int is_missing = errno == ENOENT, is_other_libc = is_missing && access(program, X_OK) == 0;
	const char *why = is_other_libc ? "it needs glibc" : strerror(errno);
	const char *fix = is_other_libc ? "install the package for musl" : "install it again";
	/*
	 * This program is installed alone, as in a container: the other one is not needed here. The message leaves out the
	 * socket's path, which may contain any bytes.
	 */
	if (is_missing && !is_other_libc && is_socket_named && !is_plugin)
		FAIL("no daemon of this user answers at ECR_XACCT_SOCKET; on the host, run: systemctl --user start ecr-xacct.socket");
	static char line[PATH_MAX + 128];
	int length = snprintf(line, sizeof line, "ecr-xacct: cannot start %s: %s; %s\n", program, why, fix);
	fail(line, length < 0 ? 0 : (size_t)length);
}

/* Appends to the request, up to stdin. If the request becomes too large, the TypeScript program answers. */
static void append(const char *bytes, size_t length, size_t most)
{
	if (length > most - frame_length)
		exec_program(NULL);
	memcpy(frame + frame_length, bytes, length);
	frame_length += length;
}

static int begins_with_one(const char *variable, const char *const *starts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(variable, starts[i], strlen(starts[i])) == 0)
			return 1;
	return 0;
}

static int is_passed(const char *variable)
{
	static const char *const starts[] = {
		"HOME=", "PATH=", "USER=", "LANG=", "TMPDIR=", "HTTP_PROXY=", "HTTPS_PROXY=", "ALL_PROXY=", "NO_PROXY=",
		"http_proxy=", "https_proxy=", "all_proxy=", "no_proxy=", "NODE_EXTRA_CA_CERTS=", "NODE_USE_SYSTEM_CA=",
		"REQUESTS_CA_BUNDLE=", "AWS_", "ECR_XACCT_", "LC_", "XDG_", "SSL_CERT_",
	};
	static const char kept[] = "ECR_XACCT_CALLER_"; /* set by packaging/launcher.sh for other programs */
	return begins_with_one(variable, starts, sizeof starts / sizeof *starts) && strchr(variable, '=') != NULL &&
	       strncmp(variable, kept, sizeof kept - 1) != 0;
}

/* Every variable with a name, except those that begin with @, which are our own. */
static int is_variable(const char *variable)
{
	return *variable != '=' && *variable != '@' && strchr(variable, '=') != NULL;
}

/* Appends device and inode of a file; `-` if it does not exist. */
static void append_file(const char *path, size_t most)
{
	struct stat status;
	char text[64] = "-";
	if (*path == '/' && stat(path, &status) == 0)
		snprintf(text, sizeof text, "%llu:%llu", (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
	append(text, strlen(text), most);
}

/*
 * Appends where this process sees the caller's files, as in src/wire/place.ts; nothing if the caller set the socket's
 * path.
 */
static void append_place(size_t most)
{
	static const char *const names[] = {
		"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_LOGIN_CACHE_DIRECTORY", "ECR_XACCT_CONFIG", "ECR_XACCT_SYSTEM_CONFIG",
		"XDG_CONFIG_HOME",
	};
	const char *named = getenv("ECR_XACCT_SOCKET"), *home = getenv("HOME");
	char folder[512];
	struct stat status;
	if (named != NULL && *named != '\0')
		return;
	/* Without HOME, the folder is in the user database. The C library here may read it differently from Node's. */
	if (home == NULL || *home == '\0')
		exec_program(NULL);
	if (*home != '/')
		home = "/";
	int length = snprintf(folder, sizeof folder, "%s/.aws", home);
	if (length < 0 || (size_t)length >= sizeof folder)
		exec_program(NULL);
	append("@place=", 7, most);
	append_file(stat(folder, &status) == 0 ? folder : home, most);
	append("", 1, most);

	const char *before = "@files=";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *path = getenv(names[i]);
		if (path == NULL || *path == '\0')
			continue;
		append(before, strlen(before), most);
		append_file(path, most);
		before = ",";
	}
	if (*before == ',')
		append("", 1, most);
}

/* Starts the request again, except stdin: with the variables that an identity depends on, or with all variables. */
static void begin_request(const char *action, int is_whole)
{
	size_t most = is_whole ? MAX_WHOLE - stdin_length : MAX_FRAME;
	frame_length = 0;
	append("ecr-xacct/2 ", 12, most);
	append(action, strlen(action), most);
	append("\n@size=", 7, most);
	size_digits = frame + frame_length;
	append("0000000", SIZE_DIGITS + 1, most);
	append_place(most);
	if (is_whole)
		append("@all=1", 7, most);
	for (char **variable = environ; *variable != NULL; variable++)
		if (is_whole ? is_variable(*variable) : is_passed(*variable))
			append(*variable, strlen(*variable) + 1, most);
	append("", 1, most);
}

/* The time limit of one answer, in seconds. */
static long timeout_seconds(void)
{
	if (is_plugin)
		return PLUGIN_SECONDS;
	const char *text = getenv("ECR_XACCT_TIMEOUT");
	if (text == NULL || *text == '\0')
		return DEFAULT_SECONDS;
	size_t digits = strspn(text, "0123456789");
	long seconds = strtol(text, NULL, 10);
	if (text[digits] != '\0' || digits > 3 || seconds < 1 || seconds > MAX_SECONDS)
		exec_program(NULL);
	return seconds;
}

/* If false, errno says why: ENOENT if the folder does not exist. */
static int is_own_folder(const char *path, int is_closed_to_others)
{
	struct stat status;
	if ((is_closed_to_others ? lstat(path, &status) : stat(path, &status)) != 0)
		return 0;
	errno = EPERM;
	return S_ISDIR(status.st_mode) && status.st_uid == getuid() &&
	       !(is_closed_to_others && (status.st_mode & 077) != 0);
}

static struct sockaddr_un socket_address(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char *path = address.sun_path;
	const size_t size = sizeof address.sun_path;
	const char *own = getenv("ECR_XACCT_SOCKET"), *runtime = getenv("XDG_RUNTIME_DIR");
	int length;
	if (own != NULL && *own != '\0')
		length = *own == '/' ? snprintf(path, size, "%s", own) : -1;
	else if (runtime != NULL && *runtime == '/' && is_own_folder(runtime, 0))
		length = snprintf(path, size, "%s/ecr-xacct/daemon.sock", runtime);
	else {
#if defined(_CS_DARWIN_USER_TEMP_DIR)
		char temporary[sizeof address.sun_path];
		size_t needed = confstr(_CS_DARWIN_USER_TEMP_DIR, temporary, sizeof temporary);
		length = needed == 0 || needed > sizeof temporary ? -1
		                                                  : snprintf(path, size, "%s/ecr-xacct/daemon.sock", temporary);
#else
		length = snprintf(path, size, "/tmp/ecr-xacct-%lu/daemon.sock", (unsigned long)getuid());
#endif
	}
	if (length < 0 || (size_t)length >= size)
		exec_program(NULL);
	return address;
}

static int is_own_peer(int fd)
{
#if defined(SO_PEERCRED) && defined(__linux__)
	struct ucred peer;
	socklen_t length = sizeof peer;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == getuid();
#else
	uid_t uid;
	gid_t gid;
	return getpeereid(fd, &uid, &gid) == 0 && uid == getuid();
#endif
}

/* A connection to a daemon of this user; -1 if there is none. If unclear, the TypeScript program continues. */
static int find_daemon(long seconds)
{
	struct sockaddr_un address = socket_address();
	const char *named = getenv("ECR_XACCT_SOCKET");
	is_socket_named = named != NULL && *named != '\0';
	char *slash = strrchr(address.sun_path, '/');
	*slash = '\0';
	if (!is_own_folder(slash == address.sun_path ? "/" : address.sun_path, 1)) {
		if (errno == ENOENT)
			return -1;
		exec_program(NULL);
	}
	*slash = '/';
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	/* The only time limit on a connect that waits in a full queue. */
	struct timeval limit = {.tv_sec = is_plugin ? PLUGIN_CONNECT_SECONDS : seconds};
	/*
	 * A lower number would replace a standard stream that the caller closed. The exec'd program must not inherit it
	 * either.
	 */
	if (fd == -1 || fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 || fd <= STDERR_FILENO ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0)
		exec_program(NULL);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
		if (errno != ENOENT && errno != ECONNREFUSED)
			exec_program(NULL);
		(void)close(fd);
		return -1;
	}
	if (!is_own_peer(fd))
		exec_program(NULL);
	return fd;
}

static long long now_ms(void)
{
	struct timespec now;
	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		FAIL("there is no clock");
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether the descriptor is ready before the deadline. */
static int wait_until(int fd, short events, long long deadline)
{
	struct pollfd one = {.fd = fd, .events = events};
	for (;;) {
		long long left = deadline - now_ms();
		int ready = poll(&one, 1, left > 0 ? (int)left : 0);
		if (ready >= 0)
			return ready > 0;
		if (errno != EINTR && errno != EAGAIN)
			FAIL("cannot wait: out of memory");
	}
}

#if defined(__linux__)
/* Closes all other inherited descriptors: the daemon would hold a script's lock or pipe for days. */
static void close_above(int last)
{
	struct rlimit files;
	/* Linux before 5.9 does not have close_range. */
	if (syscall(CLOSE_RANGE, (unsigned)last + 1, ~0U, 0) == 0 || getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	for (rlim_t fd = (rlim_t)last + 1; fd < files.rlim_cur && fd < INT_MAX; fd++)
		(void)close((int)fd);
}

/* Runs in the new process. Becomes the same daemon that src/client/start-daemon.ts starts. */
static _Noreturn void become_daemon(const char *program, int ready)
{
	static const char *const starts[] = {
		"HOME=", "PATH=", "USER=", "LANG=", "TMPDIR=", "LC_", "XDG_", "ECR_XACCT_SOCKET=", "ECR_XACCT_LOG=",
		"RUNNER_TRACKING_ID=", "JENKINS_SERVER_COOKIE=", "JENKINS_NODE_COOKIE=", "HUDSON_SERVER_COOKIE=",
		"HUDSON_COOKIE=", "JOB_NAME=", "JOB_BASE_NAME=", "BUILD_NUMBER=", "BUILD_ID=", "BUILD_TAG=",
	};
	char *const argv[] = {"ecr-xacct", "daemon", "run", "--ready-fd", "3", NULL};
	size_t kept = 0;
	for (char **variable = environ; *variable != NULL; variable++)
		if (begins_with_one(*variable, starts, sizeof starts / sizeof *starts))
			environ[kept++] = *variable;
	environ[kept] = NULL;
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing == -1 || setsid() == -1 || chdir("/") != 0 || signal(SIGPIPE, SIG_DFL) == SIG_ERR)
		_exit(127);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(nothing, fd) == -1)
			_exit(127);
	if (ready == READY_FD ? fcntl(ready, F_SETFD, 0) == -1 : dup2(ready, READY_FD) == -1)
		_exit(127);
	close_above(READY_FD);
	execv(program, argv);
	_exit(127);
}

/*
 * Starts a daemon and waits until it answers. This saves starting the TypeScript program first, which starts the daemon
 * after a failure and on other systems.
 */
static void start_daemon(void)
{
	const char *program = program_path();
	int ends[2];
	char ready;
	/* A lower number would replace a standard stream that the caller closed. */
	if (program == NULL || pipe2(ends, O_CLOEXEC) != 0 || ends[0] <= STDERR_FILENO)
		exec_program(NULL);
	pid_t daemon = fork();
	if (daemon == 0)
		become_daemon(program, ends[1]);
	if (daemon == -1)
		exec_program(NULL);
	(void)close(ends[1]);
	if (!wait_until(ends[0], POLLIN, now_ms() + START_SECONDS * 1000LL) || read(ends[0], &ready, 1) != 1) {
		/* After the deadline, the process must not become a daemon: no caller would expect it. */
		(void)kill(daemon, SIGKILL);
		exec_program("--no-daemon");
	}
	(void)close(ends[0]);
}
#else
static _Noreturn void start_daemon(void)
{
	exec_program(NULL);
}
#endif

static int connect_daemon(long seconds, int starts)
{
	int fd = find_daemon(seconds);
	if (fd == -1 && starts) {
		start_daemon();
		fd = find_daemon(seconds);
	}
	if (fd == -1)
		exec_program(NULL);
	return fd;
}

/*
 * At a terminal, this program waits for input and the person for output. Docker uses a pipe. As in helper-command.ts.
 */
static void say_what_is_awaited(const char *action)
{
	static const char hostname[] = "Waiting for the hostname of a registry: type it, then Enter and Ctrl-D.\n";
	static const char credential[] = "Waiting for a credential as JSON: type it, then Enter and Ctrl-D.\n";
	static const char request[] = "Waiting for a CredentialProviderRequest as JSON, which the kubelet would send.\n";
	if (!isatty(STDIN_FILENO))
		return;
	const char *line = is_plugin ? request : strcmp(action, "store") == 0 ? credential : hostname;
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return;
}

/* Nothing here may exec: the TypeScript program would read the bytes so far as all of stdin. */
static void read_stdin(void)
{
	long long deadline = now_ms() + STDIN_SECONDS * 1000LL;
	stdin_bytes = frame + frame_length;
	for (;;) {
		if (!wait_until(STDIN_FILENO, POLLIN, deadline))
			FAIL("stdin did not end within 30 s");
		size_t length = frame_length + stdin_length;
		ssize_t got = read(STDIN_FILENO, frame + length, MAX_FRAME + 1 - length);
		if (got == 0)
			return;
		if (got > 0)
			stdin_length += (size_t)got;
		else if (errno != EINTR && errno != EAGAIN)
			FAIL("stdin cannot be read");
		if (frame_length + stdin_length > MAX_FRAME)
			FAIL("stdin is larger than 256 KiB");
	}
}

static void send_request(int fd, long long deadline)
{
	const size_t length = frame_length + stdin_length;
	for (size_t sent = 0; sent < length;) {
		if (!wait_until(fd, POLLOUT, deadline))
			exec_program("--daemon-silent");
		ssize_t count = send(fd, frame + sent, length - sent, MSG_DONTWAIT);
		if (count >= 0)
			sent += (size_t)count;
		else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
			exec_program(NULL);
	}
	if (shutdown(fd, SHUT_WR) != 0)
		exec_program(NULL);
}

/* The length that the answer declares; 0 if its digits are incomplete, or if it declares none. */
static size_t said_length(size_t length)
{
	size_t said = 0;
	if (length <= SIZE_DIGITS || *answer != '=')
		return 0;
	for (size_t i = 1; i <= SIZE_DIGITS; i++) {
		if (answer[i] < '0' || answer[i] > '9')
			exec_program(NULL);
		said = said * 10 + (size_t)(answer[i] - '0');
	}
	return said;
}

/*
 * Returns the answer's length: one byte, then a text. Does not wait for the end of the stream if the answer declares
 * its length.
 */
static size_t receive_answer(int fd, long long deadline)
{
	for (size_t length = 0;;) {
		if (!wait_until(fd, POLLIN, deadline))
			exec_program("--daemon-silent");
		ssize_t got = recv(fd, answer + length, sizeof answer - length, MSG_DONTWAIT);
		if (got > 0)
			length += (size_t)got;
		else if (got == 0 && length > 0 && *answer != '=')
			return length;
		else if (got == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
			exec_program(NULL);
		/* The buffer is full, without room for a newline: this is not an answer of our daemon. */
		if (length == sizeof answer)
			exec_program(NULL);
		const size_t said = said_length(length), head = 1 + SIZE_DIGITS;
		if (said > 0 && length >= head + said) {
			if (length > head + said)
				exec_program(NULL);
			memmove(answer, answer + head, said);
			return said;
		}
	}
}

/* Makes the request again, with all variables in front of the same stdin. */
static void make_whole_request(const char *action)
{
	char *end = frame + MAX_WHOLE - stdin_length;
	if (stdin_length > 0)
		stdin_bytes = memmove(end, stdin_bytes, stdin_length);
	begin_request(action, 1);
	if (stdin_length > 0)
		stdin_bytes = memmove(frame + frame_length, end, stdin_length);
}

/* Asks once; returns the answer's length. */
static size_t ask(int fd, long long deadline)
{
	size_t left = frame_length + stdin_length;
	for (size_t i = SIZE_DIGITS; i-- > 0; left /= 10)
		size_digits[i] = (char)('0' + left % 10);
	send_request(fd, deadline);
	size_t length = receive_answer(fd, deadline);
	(void)close(fd);
	return length;
}

/* False if the reader has closed the stream or the disk is full. */
static int write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = write(fd, bytes, length);
		if (count > 0) {
			bytes += count;
			length -= (size_t)count;
		} else if (count < 0 && errno == EAGAIN) {
			if (poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1) < 0 && errno != EINTR)
				return 0;
		} else if (count < 0 && errno != EINTR)
			return 0;
	}
	return 1;
}

/*
 * Other processes of this user may not read this one's memory (ssh-agent does the same), and no core dump is made of
 * it, because Docker's secrets pass through it. Both settings end with the exec; src/os/core-dump.ts then sets them
 * again.
 */
static void keep_to_itself(void)
{
#if defined(__linux__)
	(void)prctl(PR_SET_DUMPABLE, 0);
#elif defined(__APPLE__)
	(void)ptrace(PT_DENY_ATTACH, 0, NULL, 0);
#endif
}

/* Compares the name that the program was started with, which may be a link's, as for the kubelet. */
static int is_named_plugin(const char *called)
{
	static const char name[] = "ecr-xacct-credential-provider";
	const char *slash = strrchr(called, '/');
	return strncmp(slash == NULL ? called : slash + 1, name, sizeof name - 1) == 0;
}

/* The action of the command line; NULL if the TypeScript program answers it. */
static const char *wanted_action(int argc, char **argv)
{
	static const char *const actions[] = {"get", "store", "erase", "list"};
	const char *daemon = getenv("ECR_XACCT_DAEMON"), *socket = getenv("ECR_XACCT_SOCKET");
	if (daemon != NULL && *daemon != '\0' && strcmp(daemon, "on") != 0)
		return NULL;
	if (is_plugin)
		return argc == 1 && socket != NULL && *socket != '\0' ? "kubelet" : NULL;
	for (size_t i = 0; argc == 2 && i < sizeof actions / sizeof *actions; i++)
		if (strcmp(argv[1], actions[i]) == 0)
			return actions[i];
	return NULL;
}

int main(int argc, char **argv)
{
	keep_to_itself();
	arguments = argv + (argc > 0);
	is_plugin = argc > 0 && is_named_plugin(argv[0]);
	started = now_ms();
	const char *action = wanted_action(argc, argv);
	/*
	 * A core dump would write a token to the disk. SIGPIPE is ignored, so that a closed stdout does not keep a failure
	 * from stderr.
	 */
	if (setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		exec_program(NULL);
	if (action == NULL)
		exec_program(NULL);

	const int is_list = strcmp(action, "list") == 0;
	const long seconds = timeout_seconds() + GRACE_SECONDS;
	begin_request(action, 0);
	/* `erase` and `list` start no daemon: a new daemon has nothing to forget or to list. */
	int fd = connect_daemon(seconds, !is_list && strcmp(action, "erase") != 0);
	if (!is_list) {
		say_what_is_awaited(action);
		read_stdin();
	}
	long long deadline = (is_plugin ? started : now_ms()) + seconds * 1000LL;
	size_t length = ask(fd, deadline);
	/* The answer depends on another program, which may read variables that no list contains. */
	if (answer[0] == '4') {
		make_whole_request(action);
		length = ask(connect_daemon(seconds, 0), deadline);
	}

	if (answer[0] == '0')
		return write_all(STDOUT_FILENO, answer + 1, length - 1) ? 0 : 1;
	if (answer[0] != '1' && answer[0] != '2')
		exec_program(NULL);
	/* A line break would make three lines of it in the kubelet's log. */
	if (!is_plugin || isatty(STDERR_FILENO))
		answer[length++] = '\n';
	/* If one stream is closed, the other still gets the line. */
	if (!is_plugin)
		(void)write_all(STDOUT_FILENO, answer + 1, length - 1);
	if (is_plugin || answer[0] == '2')
		(void)write_all(STDERR_FILENO, answer + 1, length - 1);
	return 1;
}
