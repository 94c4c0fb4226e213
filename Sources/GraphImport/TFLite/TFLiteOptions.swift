/// Which fields the options of an operator have, as data; field numbers and defaults are those of the TFLite schema.
struct TFLiteOptions {
  /// The number of the options table in the schema's union `BuiltinOptions`.
  var union: UInt8
  var fields: [Field]

  /// One field of an options table; its number is its position among the fields.
  struct Field {
    var name: String
    var kind: Kind
  }

  /// How a field is stored, with the value of an absent one.
  enum Kind {
    case int32(default: Int32)
    /// Enumerations without names of their own here; an absent one is 0.
    case int8
    case bool(default: Bool)
    case float
    case int32s
    /// `SAME`, `VALID`
    case padding
    /// `NONE`, `RELU`, ...
    case activation
  }

  init(_ union: UInt8, _ fields: [(name: String, kind: Kind)]) {
    self.union = union
    self.fields = fields.map { Field(name: $0.name, kind: $0.kind) }
  }

  /// Names of the schema's `ActivationFunctionType`, in order.
  static let activations = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"]
  /// Names of the schema's `Padding`, in order.
  static let paddings = ["SAME", "VALID"]

  /// The options of an operator; nil for operators whose options are not read.
  static func of(_ op: String) -> TFLiteOptions? { table[op] }
}
