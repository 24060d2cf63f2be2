"""Writes kernel-matrices.txt: what the catalogue's kernels must be, by other people's code or by formulas written apart.

    /opt/kern-oracle/bin/python Tests/Oracle/make_expected.py > Tests/Oracle/kernel-matrices.txt

A line is `name arguments | WIDTHxHEIGHT | values row by row`; correlation, default anchor. A line that begins with
`impulse` is a program of several steps: the matrix is the one that would do the same far from the borders.
"""
import math

import cv2
import numpy as np
import scipy.stats
import skimage
from scipy import integrate, ndimage
from skimage.filters import edges, gabor_kernel


def zero_sum(m):
    return m - m.mean()


def unit_sum(m):
    return m / m.sum()


def grid(radius):
    offsets = np.arange(-radius, radius + 1.0)
    return np.meshgrid(offsets, offsets)  # x to the right, y down


def impulse(answer, radius):
    """The correlation kernel of a linear filter, from its answer to a single bright pixel."""
    picture = np.zeros((4 * radius + 1, 4 * radius + 1))
    picture[2 * radius, 2 * radius] = 1
    seen = answer(picture)[radius : 3 * radius + 1, radius : 3 * radius + 1]
    return seen[::-1, ::-1]


def correlation_of(convolution_weights, scale=1):
    """skimage keeps kernels for true convolution: turn them, and take its normalisation back."""
    return np.asarray(convolution_weights)[::-1, ::-1] * scale


def gaussian(sigma, dx=0, dy=0):
    """scipy.ndimage's 1-D Gaussian derivatives; correlation wants them turned."""
    radius = math.ceil(4 * sigma)
    line = lambda order: ndimage.gaussian_filter1d(
        np.eye(1, 2 * radius + 1, radius)[0], sigma, order=order, radius=radius, mode="constant"
    )[::-1]
    return np.outer(line(dy), line(dx))


def density(sigma, radius):
    """The Gaussian's density, one axis at a time."""
    line = scipy.stats.norm.pdf(np.arange(-radius, radius + 1), scale=sigma)
    return np.outer(line, line)


def laplacian_of_gaussian(sigma):
    """One axis at a time: g'' = (t²/σ⁴ − 1/σ²) g."""
    radius = math.ceil(4 * sigma)
    t = np.arange(-radius, radius + 1)
    g = scipy.stats.norm.pdf(t, scale=sigma)
    second = (t**2 / sigma**4 - 1 / sigma**2) * g
    return zero_sum(np.outer(g, second) + np.outer(second, g))


def difference_of_gaussians(sigma, ratio):
    radius = math.ceil(4 * sigma * max(1, ratio))
    return zero_sum(density(sigma, radius) - density(sigma * ratio, radius))


def disk(radius):
    reach = max(0, math.ceil(radius + 0.5) - 1)
    x, y = grid(reach)
    return unit_sum(np.clip(radius + 0.5 - np.hypot(x, y), 0, 1))


def motion(length, angle):
    """Complex numbers instead of the catalogue's cosines: a pixel turned back by the angle."""
    turn = np.exp(-1j * math.radians(angle))
    half = length / 2 + 0.5
    reach = max(0, next(k for k in range(1000) if not any(weight(turn, half, x, y) for x, y in ring(k))) - 1)
    offsets = range(-reach, reach + 1)
    return unit_sum(np.array([[weight(turn, half, x, y) for x in offsets] for y in offsets]))


def weight(turn, half, x, y):
    along = (complex(x, y) * turn).real
    across = (complex(x, y) * turn).imag
    value = max(0, 1 - abs(across)) * max(0, min(1, half - abs(along)))
    return value if value > 1e-12 else 0


def ring(k):
    return [(x, y) for x in range(-k, k + 1) for y in range(-k, k + 1) if max(abs(x), abs(y)) == k]


def gabor(sigma, wavelength, angle, phase, aspect):
    """OpenCV's, on our radius; it samples from +radius down, so it is turned; then skimage's scale and a zero sum."""
    reach = math.ceil(4 * sigma / min(1, aspect))
    m = cv2.getGaborKernel(
        (2 * reach + 1, 2 * reach + 1), sigma, math.radians(angle), wavelength, aspect, math.radians(phase), cv2.CV_64F
    )[::-1, ::-1]
    return zero_sum(m * aspect / (2 * math.pi * sigma**2))


def compass(first, direction):
    """A 3×3 mask whose rim is turned clockwise by `direction` eighths."""
    rim = [(1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0), (0, 1), (0, 2)]  # (row, column), from the right, clockwise
    m = np.zeros((3, 3))
    for step, (row, column) in enumerate(rim):
        m[row, column] = first[(step - direction) % 8]
    return m


def cv_derivative(dx, dy, ksize):
    column_x, column_y = cv2.getDerivKernels(dx, dy, ksize, ktype=cv2.CV_64F)
    return np.outer(column_y, column_x)


def binomial(size):
    row = np.array([math.comb(size - 1, k) for k in range(size)], dtype=float)
    return np.outer(row, row) / 4.0 ** (size - 1)


def emboss(angle, amount):
    slope = lambda x, y: -math.sqrt(2) * amount * (complex(x, y) * np.exp(-1j * math.radians(angle))).real
    return np.array([[float(x == y == 0) + slope(x, y) for x in (-1, 0, 1)] for y in (-1, 0, 1)])


def delta(radius):
    m = np.zeros((2 * radius + 1, 2 * radius + 1))
    m[radius, radius] = 1
    return m


def expected():
    yield "identity", [[1]]
    for size in (1, 2, 3, 4, 7):
        yield f"box {size}", np.full((size, size), 1 / size**2)
    for sigma in (0.1, 0.3, 0.5, 1, 1.4, 2, 3.7):
        yield f"gaussian {sigma}", gaussian(sigma)
    for length, angle in ((1, 30), (2, 0), (9, 0), (9, 90), (7, 45), (5.5, 20), (8, 135)):
        yield f"motion {length} {angle}", motion(length, angle)
    for radius in (0, 0.5, 1, 2.3, 3):
        yield f"disk {radius}", disk(radius)

    four = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=float)
    eight = np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]], dtype=float)
    for amount in (0, 0.2, 1):
        yield f"sharpen {amount}", delta(1) - amount * four
    for boost in (0, 1, 1.2):
        yield f"high-boost {boost}", boost * delta(1) - eight

    yield "sobel-x", cv_derivative(1, 0, 3)
    yield "sobel-y", cv_derivative(0, 1, 3)
    yield "scharr-x", cv_derivative(1, 0, cv2.FILTER_SCHARR)
    yield "scharr-y", cv_derivative(0, 1, cv2.FILTER_SCHARR)
    yield "prewitt-x", correlation_of(edges.VPREWITT_WEIGHTS, 3)
    yield "prewitt-y", correlation_of(edges.HPREWITT_WEIGHTS, 3)
    yield "roberts-x", correlation_of(edges.ROBERTS_PD_WEIGHTS)
    yield "roberts-y", correlation_of(edges.ROBERTS_ND_WEIGHTS)
    yield "farid-x", correlation_of(edges.VFARID_WEIGHTS)
    yield "farid-y", correlation_of(edges.HFARID_WEIGHTS)
    for sigma in (0.7, 1, 2.2):
        scale = density(sigma, math.ceil(4 * sigma)).sum()  # SciPy divides by the sampled sum, the formula by 2πσ²
        yield f"gaussian-x {sigma}", zero_sum(gaussian(sigma, dx=1) * scale)
        yield f"gaussian-y {sigma}", zero_sum(gaussian(sigma, dy=1) * scale)
    for direction in range(8):
        yield f"kirsch-direction {direction}", compass([5, 5, -3, -3, -3, -3, -3, 5], direction)
    for direction in range(8):
        yield f"robinson-direction {direction}", compass([2, 1, 0, -1, -2, -1, 0, 1], direction)
    yield "laplacian", impulse(lambda p: ndimage.laplace(p, mode="constant"), 1)
    yield "laplacian8", eight
    for sigma in (0.5, 1, 1.4, 2):
        yield f"log {sigma}", laplacian_of_gaussian(sigma)
    for sigma, ratio in ((1, 1.6), (0.6, 2), (2, 0.5)):
        yield f"dog {sigma} {ratio}", difference_of_gaussians(sigma, ratio)
    yield "outline", -eight
    yield "emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
    yield "emboss 0 0.5", emboss(0, 0.5)
    yield "emboss 100 2", emboss(100, 2)
    yield "line-horizontal", [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]
    yield "line-vertical", [[-1, 2, -1]] * 3
    yield "line-45", [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]]
    yield "line-135", [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]
    yield "gabor 1.5", gabor(1.5, 8, 0, 0, 0.5)
    yield "gabor 2 5 30 90 1", gabor(2, 5, 30, 90, 1)
    yield "gabor 1.5 4 110 20 0.7", gabor(1.5, 4, 110, 20, 0.7)

    for size in (1, 3, 5, 9):
        yield f"binomial {size}", binomial(size)
    for sigma, amount in ((1, 1), (0.8, 2.5)):
        blur = gaussian(sigma)
        centre = delta(blur.shape[0] // 2)
        yield f"impulse unsharp {sigma} {amount}", centre + amount * (centre - blur)


def check_against_peers():
    """The formulas written here, against a second opinion where one exists."""
    ours = gabor(2, 5, 30, 90, 1)
    peer = gabor_kernel(1 / 5, math.radians(30), sigma_x=2, sigma_y=2, offset=math.pi / 2, n_stds=4)
    reach, peer_reach = ours.shape[0] // 2, peer.shape[0] // 2
    trimmed = ours[reach - peer_reach : reach + peer_reach + 1, reach - peer_reach : reach + peer_reach + 1]
    assert np.abs(trimmed - peer.real).max() < 1e-4, "gabor"
    peer = impulse(lambda p: ndimage.gaussian_laplace(p, 3.0, mode="constant"), 12)
    assert np.abs(laplacian_of_gaussian(3.0) - peer).max() < 2e-5, "log"
    area = integrate.dblquad(lambda y, x: float(x * x + y * y <= 2.3**2), -3, 3, -3, 3, epsabs=1e-2)[0]
    assert abs(1 / disk(2.3)[2, 2] - area) < 0.4, "disk"
    assert np.array_equal(cv_derivative(1, 0, 3), [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    assert np.abs(emboss(225, 1) - [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]).max() < 1e-12


check_against_peers()
print("# What the catalogue's kernels must be: written by make_expected.py, not by hand.")
print(f"# scipy {scipy.__version__}, scikit-image {skimage.__version__}, OpenCV {cv2.__version__}")
for name, matrix in expected():
    matrix = np.asarray(matrix, dtype=float) + 0.0
    height, width = matrix.shape
    print(f"{name} | {width}x{height} | " + " ".join(f"{value:.12g}" for value in matrix.ravel()))
