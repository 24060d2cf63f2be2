#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The cores this process may run on, at least one.
func onlineCores() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
