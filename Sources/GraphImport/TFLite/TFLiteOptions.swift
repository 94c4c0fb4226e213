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
    /// Enumerations without names of their own here.
    case int8
    case bool(default: Bool)
    case float
    case int32s
    /// `SAME`, `VALID`
    case padding
    /// `NONE`, `RELU`, ...
    case activation
  }

  private init(_ union: UInt8, _ fields: [(name: String, kind: Kind)]) {
    self.union = union
    self.fields = fields.map { Field(name: $0.name, kind: $0.kind) }
  }

  /// Names of the schema's `ActivationFunctionType`, in order.
  static let activations = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"]
  /// Names of the schema's `Padding`, in order.
  static let paddings = ["SAME", "VALID"]

  /// The options of an operator; nil for operators whose options are not read.
  static func of(_ op: String) -> TFLiteOptions? { table[op] }

  private static let activation = (name: "fused_activation_function", kind: Kind.activation)
  private static let padding = (name: "padding", kind: Kind.padding)
  private static let strideWidth = (name: "stride_w", kind: Kind.int32(default: 0))
  private static let strideHeight = (name: "stride_h", kind: Kind.int32(default: 0))
  private static let dilationWidth = (name: "dilation_w_factor", kind: Kind.int32(default: 1))
  private static let dilationHeight = (name: "dilation_h_factor", kind: Kind.int32(default: 1))
  private static let biasType = (name: "quantized_bias_type", kind: Kind.int8)
  private static let asymmetric = (name: "asymmetric_quantize_inputs", kind: Kind.bool(default: false))
  private static let powerOfTwoScale = (name: "pot_scale_int16", kind: Kind.bool(default: true))

  private static let pool = TFLiteOptions(
    5,
    [
      padding, strideWidth, strideHeight, ("filter_width", .int32(default: 0)),
      ("filter_height", .int32(default: 0)), activation,
    ])
  private static let reducer = TFLiteOptions(27, [("keep_dims", .bool(default: false))])

  private static let table: [String: TFLiteOptions] = [
    "CONV_2D": TFLiteOptions(
      1, [padding, strideWidth, strideHeight, activation, dilationWidth, dilationHeight, biasType]),
    "DEPTHWISE_CONV_2D": TFLiteOptions(
      2,
      [
        padding, strideWidth, strideHeight, ("depth_multiplier", .int32(default: 0)), activation, dilationWidth,
        dilationHeight,
      ]),
    "TRANSPOSE_CONV": TFLiteOptions(49, [padding, strideWidth, strideHeight, activation, biasType]),
    "FULLY_CONNECTED": TFLiteOptions(
      8, [activation, ("weights_format", .int8), ("keep_num_dims", .bool(default: false)), asymmetric, biasType]),
    "AVERAGE_POOL_2D": pool,
    "MAX_POOL_2D": pool,
    "L2_POOL_2D": pool,
    "MEAN": reducer,
    "SUM": reducer,
    "REDUCE_MAX": reducer,
    "REDUCE_MIN": reducer,
    "ADD": TFLiteOptions(11, [activation, powerOfTwoScale]),
    "SUB": TFLiteOptions(28, [activation, powerOfTwoScale]),
    "MUL": TFLiteOptions(21, [activation]),
    "DIV": TFLiteOptions(29, [activation]),
    "SOFTMAX": TFLiteOptions(9, [("beta", .float)]),
    "LEAKY_RELU": TFLiteOptions(75, [("alpha", .float)]),
    "RESHAPE": TFLiteOptions(17, [("new_shape", .int32s)]),
    "SQUEEZE": TFLiteOptions(30, [("squeeze_dims", .int32s)]),
    "CONCATENATION": TFLiteOptions(10, [("axis", .int32(default: 0)), activation]),
    "PACK": TFLiteOptions(59, [("values_count", .int32(default: 0)), ("axis", .int32(default: 0))]),
    "SHAPE": TFLiteOptions(55, [("out_type", .int8)]),
    "STRIDED_SLICE": TFLiteOptions(
      32,
      [
        ("begin_mask", .int32(default: 0)), ("end_mask", .int32(default: 0)), ("ellipsis_mask", .int32(default: 0)),
        ("new_axis_mask", .int32(default: 0)), ("shrink_axis_mask", .int32(default: 0)),
        ("offset", .bool(default: false)),
      ]),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": TFLiteOptions(
      71,
      [
        activation, ("cell_clip", .float), ("proj_clip", .float), ("time_major", .bool(default: false)), asymmetric,
        ("diagonal_recurrent_tensors", .bool(default: false)),
      ]),
  ]
}
