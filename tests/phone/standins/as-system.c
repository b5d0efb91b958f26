/* as-system VERB [ARGUMENT…]: runs the package manager's stand-in as the system does, whoever asks.
 *
 * On a phone `pm` only sends a message to the system server, which goes on with it whether `pm` lives or not. Set user ID
 * of root stands in for that: what adbd started as the shell user cannot be ended by it any more.
 */
#include <errno.h>
#include <error.h>
#include <unistd.h>

int main(int argc, char* argv[]) {
  char* environment[] = {"PATH=/system/bin", "TMPDIR=/data/local/tmp", NULL};
  char* command[64] = {"/system/bin/sh", "/system/bin/package-server"};
  if (argc > 60) error(1, 0, "too many arguments");
  for (int nn = 1; nn <= argc; nn++) command[nn + 1] = argv[nn];
  if (setgid(0) || setuid(0)) error(1, errno, "setuid");
  execve(command[0], command, environment);
  error(1, errno, "exec failed");
}
