/* run-as PACKAGE [--user N] COMMAND [ARGUMENT…]: runs a command as a debuggable app, in its data folder.
 *
 * Checks and messages follow AOSP system/core/run-as/run-as.cpp (android-14.0.0): main(), check_data_path(),
 * check_directory(); error(3) puts "run-as: " in front and ends with 1. Set user ID of root stands in for its file
 * capabilities. Not played: SELinux ("couldn't set SELinux security context"), ro.boot.disable_runas.
 * /data/teststate/runas has a line "NAME APPID DEBUGGABLE" for each package (packages.list on a phone).
 */
#include <errno.h>
#include <error.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AID_SYSTEM = 1000, AID_SHELL = 2000, AID_APP = 10000, AID_USER_OFFSET = 100000 };

static void check_directory(const char* path, uid_t uid) {
  struct stat st;
  if (lstat(path, &st) == -1) error(1, errno, "couldn't stat %s", path);
  if (!S_ISDIR(st.st_mode)) error(1, 0, "%s not a directory: %o", path, st.st_mode);
  if (st.st_uid != uid || st.st_gid != uid)
    error(1, 0, "%s has wrong owner: %d/%d, not %d", path, st.st_uid, st.st_gid, uid);
  if ((st.st_mode & (S_IROTH | S_IWOTH)) != 0)
    error(1, 0, "%s readable or writable by others: %o", path, st.st_mode);
}

static int find_package(const char* name, int* debuggable) {
  char known[512];
  int id;
  FILE* list = fopen("/data/teststate/runas", "r");
  if (!list) error(1, errno, "packagelist_parse failed");
  while (fscanf(list, "%511s %d %d", known, &id, debuggable) == 3)
    if (!strcmp(known, name)) {
      fclose(list);
      return id;
    }
  fclose(list);
  return 0;
}

int main(int argc, char* argv[]) {
  char path[PATH_MAX];
  int user = 0, command = 2, debuggable = 0, nn;
  if (argc < 2) error(1, 0, "usage: run-as <package-name> [--user <uid>] <command> [<args>]\n");
  if (getuid() != AID_SHELL && getuid() != 0) error(1, 0, "only 'shell' or 'root' users can run this program");
  if (argc >= 4 && !strcmp(argv[2], "--user")) {
    user = atoi(argv[3]);
    if (user < 0) error(1, 0, "negative user id: %d", user);
    command += 2;
  }
  int app = find_package(argv[1], &debuggable);
  if (app == 0) error(1, 0, "unknown package: %s", argv[1]);
  int uid = AID_USER_OFFSET * user + app;
  if (uid < AID_APP) error(1, 0, "package not an application: %s", argv[1]);
  if (!debuggable) error(1, 0, "package not debuggable: %s", argv[1]);
  snprintf(path, sizeof path, "/data/user/%d/%s", user, argv[1]);
  for (nn = 1; path[nn]; nn++) {
    char above[PATH_MAX];
    if (path[nn] != '/') continue;
    memcpy(above, path, nn);
    above[nn] = 0;
    check_directory(above, AID_SYSTEM);
  }
  check_directory(path, uid);
  if (setgid(uid) || setuid(uid)) error(1, errno, "setuid failed");
  if (chdir(path)) error(1, errno, "couldn't chdir to package's data directory '%s'", path);
  setenv("HOME", path, 1);
  setenv("PATH", "/system/bin", 1);
  unsetenv("IFS");
  if (argc >= command + 1 && execvp(argv[command], argv + command) == -1)
    error(1, errno, "exec failed for %s", argv[command]);
  execlp("/system/bin/sh", "sh", NULL);
  error(1, errno, "exec failed");
}
