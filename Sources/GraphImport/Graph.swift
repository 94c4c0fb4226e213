/// A model as its file says it: open, named by strings, nothing interpreted yet.
///
/// Readers make it from bytes and guarantee only what they checked: every tensor a node names exists in `tensors` (or is
/// the empty name of an absent optional input), constants have as many bytes as type and dimensions ask for, and no
/// dimension product overflows.
struct Graph: Sendable {
  /// Nodes in the file's order, which need not be an order of execution.
  var nodes: [GraphNode] = []
  var tensors: [String: GraphTensor] = [:]
  /// Names, in the file's order; constants are not inputs.
  var inputs: [String] = []
  var outputs: [String] = []
  var format: Format
  /// As the file names it, for reports.
  var producer = ""
  /// Version of ONNX's own operators; nil where the file says none, as in TFLite.
  var opset: Int?

  enum Format: String, Sendable { case onnx, tflite }
}

/// One operator.
struct GraphNode: Sendable {
  /// The file's name for it, or one made from operator and index; unique.
  var name: String
  /// `Conv`, `CONV_2D`, with the domain before it where there is one: `com.microsoft.QLinearAdd`.
  var op: String
  var inputs: [String]
  var outputs: [String]
  var attributes: [String: GraphAttribute] = [:]
}

/// A value attached to a node.
enum GraphAttribute: Equatable, Sendable {
  case int(Int)
  case float(Float)
  case string(String)
  case ints([Int])
  case floats([Float])
  case tensor(GraphTensor)
}

/// An activation or a constant of the file.
struct GraphTensor: Equatable, Sendable {
  var name: String
  /// The file's number for it (TFLite), else nil.
  var index: Int?
  var type: ScalarType
  /// nil where the file gives no shape; a dimension that is not fixed is -1.
  var dimensions: [Int]?
  /// Little-endian bytes of a constant; nil for an activation.
  var data: [UInt8]?
  var quantization: GraphQuantization?

  enum ScalarType: String, Sendable {
    case float32, float16, bfloat16, float64, int2, uint2, int4, uint4, int8, uint8, int16, uint16, int32, uint32
    case int64, uint64, bool, string, other
  }
}

/// real = scale * (code - zeroPoint), per tensor or along one dimension.
struct GraphQuantization: Equatable, Sendable {
  var scales: [Float]
  var zeroPoints: [Int]
  /// The dimension that `scales` runs along when there is more than one.
  var dimension: Int
}
