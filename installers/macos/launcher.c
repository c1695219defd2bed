/* Starts the recorder within this very program, so that the system asks for camera, microphone
 * and screen in this bundle's name. Roles (detector, watchdog) come as arguments and pass on. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#ifndef PYTHON_TAG
#define PYTHON_TAG "3.11"
#endif

/* The folder Contents of the bundle, or exits. */
static void contents_folder(char *contents) {
    char path[PATH_MAX], whole[PATH_MAX];
#ifdef __APPLE__
    uint32_t size = sizeof path;
    if (_NSGetExecutablePath(path, &size) != 0) exit(2);
#else
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    if (size < 0) exit(2);
    path[size] = '\0';
#endif
    if (realpath(path, whole) == NULL) exit(2);
    snprintf(contents, PATH_MAX, "%s", dirname(dirname(whole)));
}

static void append(PyConfig *config, const char *format, const char *contents) {
    char path[PATH_MAX + 128];
    snprintf(path, sizeof path, format, contents, PYTHON_TAG);
    wchar_t *decoded = Py_DecodeLocale(path, NULL);
    if (decoded == NULL || PyStatus_Exception(PyWideStringList_Append(
                               &config->module_search_paths, decoded)))
        exit(2);
    PyMem_RawFree(decoded);
}

int main(int argc, char **argv) {
    char contents[PATH_MAX];
    PyConfig config;
    PyStatus status;

    contents_folder(contents);
    PyConfig_InitIsolatedConfig(&config);
    status = PyConfig_SetBytesArgv(&config, argc, argv);
    if (PyStatus_Exception(status)) Py_ExitStatusException(status);
    config.parse_argv = 0;
    config.module_search_paths_set = 1;
    append(&config, "%1$s/Frameworks/Python.framework/Versions/%2$s/lib/python%2$s", contents);
    append(&config, "%1$s/Frameworks/Python.framework/Versions/%2$s/lib/python%2$s/lib-dynload",
           contents);
    append(&config, "%1$s/Resources/tree/lib/python%2$s/site-packages", contents);
    status = PyConfig_SetString(&config, &config.run_module, L"recorder.cli");
    if (PyStatus_Exception(status)) Py_ExitStatusException(status);
    status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) Py_ExitStatusException(status);
    return Py_RunMain();
}
