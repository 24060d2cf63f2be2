#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

func exponential(_ value: Float) -> Float { expf(value) }
func exponential(_ value: Double) -> Double { exp(value) }
func logarithm(_ value: Double) -> Double { log(value) }
func cosine(_ value: Double) -> Double { cos(value) }
func power(_ base: Double, _ exponent: Int) -> Double { pow(base, Double(exponent)) }
