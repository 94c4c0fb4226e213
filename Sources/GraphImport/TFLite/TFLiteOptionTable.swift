/// The options of every operator that is deployed, by the schema's names of operators and fields.
extension TFLiteOptions {
  static let table = window.merging(arithmetic) { first, _ in first }.merging(movement) { first, _ in first }

  private static let activation = (name: "fused_activation_function", kind: Kind.activation)
  private static let padding = (name: "padding", kind: Kind.padding)
  private static let strideWidth = (name: "stride_w", kind: Kind.int32(default: 0))
  private static let strideHeight = (name: "stride_h", kind: Kind.int32(default: 0))
  private static let dilationWidth = (name: "dilation_w_factor", kind: Kind.int32(default: 1))
  private static let dilationHeight = (name: "dilation_h_factor", kind: Kind.int32(default: 1))
  private static let biasType = (name: "quantized_bias_type", kind: Kind.int8)
  private static let asymmetric = (name: "asymmetric_quantize_inputs", kind: Kind.bool(default: false))
  private static let powerOfTwoScale = (name: "pot_scale_int16", kind: Kind.bool(default: true))
  private static let axis = (name: "axis", kind: Kind.int32(default: 0))
  private static let alignCorners = (name: "align_corners", kind: Kind.bool(default: false))
  private static let halfPixelCenters = (name: "half_pixel_centers", kind: Kind.bool(default: false))

  private static let pool = TFLiteOptions(
    5,
    [
      padding, strideWidth, strideHeight, ("filter_width", .int32(default: 0)),
      ("filter_height", .int32(default: 0)), activation,
    ])
  private static let reducer = TFLiteOptions(27, [("keep_dims", .bool(default: false))])
  private static let split = (name: "num_splits", kind: Kind.int32(default: 0))
  /// 0 float32, 2 int32, 3 uint8, 4 int64, 7 int16, 9 int8, ...: the schema's `TensorType`.
  private static let outputType = (name: "output_type", kind: Kind.int8)

  /// Operators with weights or a moving window.
  private static let window: [String: TFLiteOptions] = [
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
    "BATCH_MATMUL": TFLiteOptions(
      101, [("adj_x", .bool(default: false)), ("adj_y", .bool(default: false)), asymmetric]),
    "AVERAGE_POOL_2D": pool,
    "MAX_POOL_2D": pool,
    "L2_POOL_2D": pool,
    "SVDF": TFLiteOptions(6, [("rank", .int32(default: 0)), activation, asymmetric]),
    "RNN": TFLiteOptions(7, [activation, asymmetric]),
    "UNIDIRECTIONAL_SEQUENCE_RNN": TFLiteOptions(31, [("time_major", .bool(default: false)), activation, asymmetric]),
    "LSTM": TFLiteOptions(
      14, [activation, ("cell_clip", .float), ("proj_clip", .float), ("kernel_type", .int8), asymmetric]),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": TFLiteOptions(
      71,
      [
        activation, ("cell_clip", .float), ("proj_clip", .float), ("time_major", .bool(default: false)), asymmetric,
        ("diagonal_recurrent_tensors", .bool(default: false)),
      ]),
  ]

  /// Reductions and operators element by element.
  private static let arithmetic: [String: TFLiteOptions] = [
    "MEAN": reducer,
    "SUM": reducer,
    "REDUCE_MAX": reducer,
    "REDUCE_MIN": reducer,
    "REDUCE_PROD": reducer,
    "REDUCE_ANY": reducer,
    "REDUCE_ALL": reducer,
    "ADD": TFLiteOptions(11, [activation, powerOfTwoScale]),
    "SUB": TFLiteOptions(28, [activation, powerOfTwoScale]),
    "MUL": TFLiteOptions(21, [activation]),
    "DIV": TFLiteOptions(29, [activation]),
    "L2_NORMALIZATION": TFLiteOptions(12, [activation]),
    "SOFTMAX": TFLiteOptions(9, [("beta", .float)]),
    "LEAKY_RELU": TFLiteOptions(75, [("alpha", .float)]),
    "GELU": TFLiteOptions(116, [("approximate", .bool(default: false))]),
    "ARG_MAX": TFLiteOptions(40, [outputType]),
    "ARG_MIN": TFLiteOptions(57, [outputType]),
    "CUMSUM": TFLiteOptions(102, [("exclusive", .bool(default: false)), ("reverse", .bool(default: false))]),
    "CAST": TFLiteOptions(37, [("in_data_type", .int8), ("out_data_type", .int8)]),
  ]

  /// Operators that move codes, or compute shapes.
  private static let movement: [String: TFLiteOptions] = [
    "RESHAPE": TFLiteOptions(17, [("new_shape", .int32s)]),
    "SQUEEZE": TFLiteOptions(30, [("squeeze_dims", .int32s)]),
    "CONCATENATION": TFLiteOptions(10, [axis, activation]),
    "PACK": TFLiteOptions(59, [("values_count", .int32(default: 0)), axis]),
    "UNPACK": TFLiteOptions(64, [("num", .int32(default: 0)), axis]),
    "SPLIT": TFLiteOptions(35, [split]),
    "SPLIT_V": TFLiteOptions(79, [split]),
    "GATHER": TFLiteOptions(23, [axis, ("batch_dims", .int32(default: 0))]),
    "ONE_HOT": TFLiteOptions(61, [axis]),
    "SHAPE": TFLiteOptions(55, [("out_type", .int8)]),
    "STRIDED_SLICE": TFLiteOptions(
      32,
      [
        ("begin_mask", .int32(default: 0)), ("end_mask", .int32(default: 0)), ("ellipsis_mask", .int32(default: 0)),
        ("new_axis_mask", .int32(default: 0)), ("shrink_axis_mask", .int32(default: 0)),
        ("offset", .bool(default: false)),
      ]),
    // 0 REFLECT, 1 SYMMETRIC
    "MIRROR_PAD": TFLiteOptions(77, [("mode", .int8)]),
    "DEPTH_TO_SPACE": TFLiteOptions(94, [("block_size", .int32(default: 0))]),
    "SPACE_TO_DEPTH": TFLiteOptions(19, [("block_size", .int32(default: 0))]),
    "RESIZE_NEAREST_NEIGHBOR": TFLiteOptions(74, [alignCorners, halfPixelCenters]),
    // Fields 0 and 1 are the size of a retired version.
    "RESIZE_BILINEAR": TFLiteOptions(
      15, [("new_height", .int32(default: 0)), ("new_width", .int32(default: 0)), alignCorners, halfPixelCenters]),
    "REVERSE_SEQUENCE": TFLiteOptions(
      87, [("seq_dim", .int32(default: 0)), ("batch_dim", .int32(default: 0))]),
  ]
}
