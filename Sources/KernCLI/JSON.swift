import Tensors

/// What `--json` prints: the same values that model files keep their notes in.
package typealias JSON = Tensors.JSON
