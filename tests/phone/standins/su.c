/* su -c COMMAND | su 0 PROGRAM [ARGUMENT…]: root for the shell of a rooted phone.
 *
 * /data/teststate/su says which kind it is, in one word:
 *   magisk  `-c COMMAND` runs it with sh -c, as Magisk and KernelSU do (Magisk docs/tools.md); `0` is no option it plays.
 *   aosp    `0 PROGRAM…` runs it, `-c` is unknown (AOSP system/extras/su/su.cpp: "su: invalid uid/gid '-c'").
 *   refuse  the person said no on the screen: "Permission denied".
 *   lies    says that it is root and is the shell user all the same: /data/teststate/lies/id stands in front of id.
 *   silent  says nothing for a long time.
 *   floods  prints without an end.
 * Not played: Magisk's daemon, its mount namespaces, SELinux domains (u:r:magisk:s0).
 */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char* argv[]) {
  char kind[32] = "";
  FILE* file = fopen("/data/teststate/su", "r");
  if (!file || fscanf(file, "%31s", kind) != 1) {
    fprintf(stderr, "su: not found\n");
    return 127;
  }
  fclose(file);
  setenv("PATH", "/system/bin", 1);
  if (!strcmp(kind, "refuse")) {
    fprintf(stderr, "Permission denied\n");
    return 1;
  }
  if (!strcmp(kind, "silent")) sleep(60);
  if (!strcmp(kind, "floods"))
    for (;;) puts("0");
  if (!strcmp(kind, "lies")) {
    setenv("PATH", "/data/teststate/lies:/system/bin", 1);
    if (setresuid(2000, 2000, 2000)) return 1;
  } else if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0)) {
    perror("su");
    return 1;
  }
  if (argc == 3 && !strcmp(argv[1], "-c")) {
    if (!strcmp(kind, "aosp")) {
      fprintf(stderr, "su: invalid uid/gid '-c'\n");
      return 1;
    }
    execl("/system/bin/sh", "sh", "-c", argv[2], NULL);
  } else if (argc > 2 && !strcmp(argv[1], "0") && !strcmp(kind, "aosp")) {
    execvp(argv[2], argv + 2);
  }
  fprintf(stderr, "su: usage\n");
  return 2;
}
