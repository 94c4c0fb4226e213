import ModelBuilding
import Testing

/// A model of one operator, and what another implementation computes with it.
struct TFLiteOperatorCase: CustomTestStringConvertible, Sendable {
  var name: String
  var model: TFLiteTestModel
  /// `fingerprint` of the outputs, one after another.
  var expected: UInt64

  var testDescription: String { name }

  /// Codes of an input: 0, 1, 2, ... for the first one, other steps for those behind it; the low byte counts.
  static func codes(input: Int, count: Int) -> [Int32] {
    (0..<count).map { Int32(Int8(truncatingIfNeeded: $0 * (1 + 6 * input) + 13 * input)) }
  }

  /// FNV-1a of the bytes of 8-bit codes, or of little-endian int32.
  static func fingerprint(_ codes: [Int32], isWide: Bool) -> UInt64 {
    codes.reduce(0xcbf2_9ce4_8422_2325) { hash, code in
      (0..<(isWide ? 4 : 1)).reduce(hash) { hash, byte in
        (hash ^ UInt64(UInt8(truncatingIfNeeded: code >> Int32(8 * byte)))) &* 0x100_0000_01b3
      }
    }
  }

  /// An operator by its number in the schema, with tensors in the order of its inputs; those with data are constants.
  init(
    _ name: String, _ code: Int32, _ inputs: [TFLiteTestModel.Tensor], _ outputs: [TFLiteTestModel.Tensor],
    options: (union: Int8, fields: [Int: TFLiteField]) = (0, [:]), expected: UInt64
  ) {
    let tensors = (inputs + outputs).enumerated().map { index, tensor in
      var tensor = tensor
      tensor.name = "t\(index)"
      return tensor
    }
    let places = tensors.indices.map(Int32.init)
    self.name = name
    self.expected = expected
    model = TFLiteTestModel(
      tensors: tensors,
      operators: [
        .init(
          code: code, inputs: Array(places.prefix(inputs.count)), outputs: Array(places.dropFirst(inputs.count)),
          options: options)
      ], inputs: places.prefix(inputs.count).filter { tensors[Int($0)].data.isEmpty },
      outputs: Array(places.dropFirst(inputs.count)))
  }

  /// An int8 activation.
  private static func map(_ dimensions: [Int32], _ scale: Float = 0.05, _ zeroPoint: Int64 = 3)
    -> TFLiteTestModel.Tensor
  {
    .init(name: "", dimensions: dimensions, scales: [scale], zeroPoints: [zeroPoint])
  }

  /// Constant int8 codes.
  private static func constant(
    _ dimensions: [Int32], _ scale: Float = 0.03, _ zeroPoint: Int64 = -4
  ) -> TFLiteTestModel.Tensor {
    let count = Int(dimensions.reduce(1, *))
    let data = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 53 + 29) }
    return .init(name: "", dimensions: dimensions, data: data, scales: [scale], zeroPoints: [zeroPoint])
  }

  /// Constant int32 numbers.
  private static func numbers(_ values: [Int32], _ dimensions: [Int32]? = nil) -> TFLiteTestModel.Tensor {
    let data = values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> Int32(8 * $0)) } }
    return .init(
      name: "", dimensions: dimensions ?? [Int32(values.count)], type: 2, data: data, scales: [], zeroPoints: [])
  }

  private static func int(_ value: Int32) -> TFLiteField { .int32(value) }

  /// Functions of all 256 codes.
  static let unary: [TFLiteOperatorCase] = [
    .init("logistic", 14, [map([1, 256])], [map([1, 256], 0x1p-8, -128)], expected: 0x22d7_89b8_31d1_fd41),
    .init(
      "logistic, coarse", 14, [map([1, 256], 0.37, -20)], [map([1, 256], 0x1p-8, -128)], expected: 0xfaae_660c_301a_b2b6
    ),
    .init("tanh", 28, [map([1, 256], 0.02, 5)], [map([1, 256], 0x1p-7, 0)], expected: 0x4b4b_334b_f4a8_f704),
    .init(
      "tanh, coarse", 28, [map([1, 256], 0.11, -77)], [map([1, 256], 0x1p-7, 0)], expected: 0xdc4f_ee4c_67eb_b80d),
    .init("hard swish", 117, [map([1, 256], 0.06, 10)], [map([1, 256], 0.05, -110)], expected: 0x50ca_aafa_30a3_e562),
    .init(
      "hard swish, fine", 117, [map([1, 256], 0.013, -3)], [map([1, 256], 0.017, -40)], expected: 0xa17a_ee99_177c_68f0),
    .init(
      "leaky relu", 98, [map([1, 256])], [map([1, 256], 0.04, -60)], options: (75, [0: .float(0.13)]),
      expected: 0x7de7_b00e_1bcf_b297),
    .init("elu", 111, [map([1, 256], 0.03, 7)], [map([1, 256], 0.025, -80)], expected: 0x1451_67a3_3697_cb1d),
    .init("absolute", 101, [map([1, 256], 0.03, 7)], [map([1, 256], 0.041, -90)], expected: 0xbe11_9237_eb0e_7998),
    .init(
      "absolute, one scale", 101, [map([1, 256], 0.03, 7)], [map([1, 256], 0.03, -100)], expected: 0xfbde_8f71_7bf2_f36d
    ),
    .init(
      "inverse root", 76, [map([1, 256], 0.03, -128)], [map([1, 256], 0.02, -120)], expected: 0xeb45_3054_e080_40b2),
    .init("exponential", 47, [map([1, 256], 0.03, 60)], [map([1, 256], 0.04, -128)], expected: 0x5937_fbb7_85ac_40db),
    .init("logarithm", 73, [map([1, 256], 0.03, -128)], [map([1, 256], 0.04, 20)], expected: 0x9c04_7026_5b66_bc14),
    .init(
      "gelu", 150, [map([1, 256], 0.03, 7)], [map([1, 256], 0.025, -80)], options: (116, [0: .byte(0)]),
      expected: 0x4844_a9da_55d1_dbbb),
    .init(
      "gelu by tanh", 150, [map([1, 256], 0.03, 7)], [map([1, 256], 0.025, -80)], options: (116, [0: .byte(1)]),
      expected: 0x567c_7524_08f9_ba02),
    .init(
      "relu from -1 to 1", 20, [map([1, 256], 0.03, 7)], [map([1, 256], 0.011, -8)], expected: 0xb341_6564_3ff5_3f84),
  ]

  /// Functions of all pairs of codes, or of constants.
  static let binary: [TFLiteOperatorCase] = [
    .init(
      "add", 0, [map([1, 256, 1]), map([1, 1, 256], 0.031, -9)], [map([1, 256, 256], 0.083, 11)],
      options: (11, [0: .byte(0)]), expected: 0xf633_9471_342f_ee49),
    .init(
      "sub", 41, [map([1, 256, 1]), map([1, 1, 256], 0.031, -9)], [map([1, 256, 256], 0.083, 11)],
      options: (28, [0: .byte(0)]), expected: 0xbd9f_a5b1_5045_7cec),
    .init(
      "sub, first finer", 41, [map([1, 256, 1], 0.0071, 0), map([1, 1, 256], 0.031, -9)],
      [map([1, 256, 256], 0.033, -50)], options: (28, [0: .byte(1)]), expected: 0x45ea_4641_e52d_9c95),
    .init(
      "mul", 18, [map([1, 256, 1]), map([1, 1, 256], 0.031, -9)], [map([1, 256, 256], 0.073, 11)],
      options: (21, [0: .byte(3)]), expected: 0x8e84_d332_9432_ba1f),
    .init(
      "maximum", 55, [map([1, 256, 1]), map([1, 1, 256])], [map([1, 256, 256])], options: (39, [:]),
      expected: 0xe79e_0db2_6e1d_bd15),
    .init(
      "minimum", 57, [map([1, 256, 1]), map([1, 1, 256])], [map([1, 256, 256])], options: (39, [:]),
      expected: 0x2699_77c4_ad39_88bd),
    .init(
      "add a constant for each channel", 0, [map([1, 2, 256, 3]), constant([3])], [map([1, 2, 256, 3], 0.09, 4)],
      options: (11, [0: .byte(1)]), expected: 0xa35a_77e9_0e9e_9019),
    .init(
      "a constant less a map", 41, [constant([1]), map([1, 256])], [map([1, 256], 0.07, 40)],
      options: (28, [0: .byte(0)]), expected: 0x50c2_ef3a_029b_db4b),
    .init(
      "mul by a constant for each row", 18, [map([1, 4, 64, 2]), constant([1, 4, 1, 1])],
      [map([1, 4, 64, 2], 0.06, 1)], options: (21, [0: .byte(0)]), expected: 0x61ef_83ac_9984_b7d7),
    .init(
      "squared difference to a constant", 99, [map([1, 256, 2]), constant([2])], [map([1, 256, 2], 0.3, -128)],
      expected: 0x052c_3c14_8ce0_7595),
    .init(
      "prelu", 54, [map([1, 1, 256, 3]), constant([1, 1, 3])], [map([1, 1, 256, 3], 0.06, -30)],
      expected: 0x502d_08fc_8db0_7d92),
  ]

  /// Reductions and products.
  static let reductions: [TFLiteOperatorCase] = [
    .init(
      "sum", 74, [map([1, 6, 5, 4]), numbers([1, 2])], [map([1, 1, 1, 4], 0.9, 5)], options: (27, [0: .byte(1)]),
      expected: 0xfc28_9b83_ee15_9144),
    .init(
      "sum of channels", 74, [map([1, 6, 5, 4]), numbers([-1])], [map([1, 6, 5], 0.11, 5)], options: (27, [:]),
      expected: 0xa4ae_3d8d_bf1a_fd5f),
    .init(
      "greatest", 82, [map([1, 6, 5, 4]), numbers([2])], [map([1, 6, 4])], options: (27, [:]),
      expected: 0xe97d_3fa7_2bd3_c94d),
    .init(
      "least", 89, [map([1, 6, 5, 4]), numbers([1, 2])], [map([1, 4])], options: (27, [:]),
      expected: 0x4475_327f_98e0_5411),
    .init(
      "index of the greatest", 56, [map([1, 6, 50]), numbers([-1], [])],
      [.init(name: "", dimensions: [1, 6], type: 2, scales: [], zeroPoints: [])], options: (40, [0: .byte(2)]),
      expected: 0x50f5_48fb_6606_3dbf),
    .init(
      "product of matrices", 126, [map([1, 2, 5, 7]), map([1, 2, 7, 3], 0.02, 6)], [map([1, 2, 5, 3], 0.1, -7)],
      options: (101, [:]), expected: 0x02d6_9b20_d589_3c38),
    .init(
      "product with transposed matrices", 126, [map([2, 7, 5]), map([2, 3, 7], 0.02, 6)], [map([2, 5, 3], 0.1, -7)],
      options: (101, [0: .byte(1), 1: .byte(1)]), expected: 0xe91c_1657_8b72_2eae),
  ]

  /// Operators that move codes.
  static let movements: [TFLiteOperatorCase] = [
    .init(
      "pad", 34, [map([1, 4, 3, 2]), numbers([0, 0, 1, 2, 0, 1, 1, 0], [4, 2])], [map([1, 7, 4, 3])],
      options: (22, [:]), expected: 0x45f0_a903_4cf6_af99),
    .init(
      "pad with a value", 60,
      [map([1, 4, 3, 2]), numbers([0, 0, 1, 2, 0, 1, 0, 0], [4, 2]), constant([1], 0.05, 3)],
      [map([1, 7, 4, 2])], options: (26, [:]), expected: 0x0cd1_b268_7c52_cbd5),
    .init(
      "mirror", 100, [map([1, 4, 3, 2]), numbers([0, 0, 2, 3, 1, 1, 0, 0], [4, 2])], [map([1, 9, 5, 2])],
      options: (77, [0: .byte(0)]), expected: 0x94d6_4b83_073c_3a2a),
    .init(
      "mirror with the edge", 100, [map([1, 4, 3, 2]), numbers([0, 0, 2, 4, 1, 3, 0, 1], [4, 2])],
      [map([1, 10, 7, 3])], options: (77, [0: .byte(1)]), expected: 0xf629_2e3c_1642_08c3),
    .init(
      "transpose", 39, [map([1, 4, 3, 5]), numbers([0, 3, 1, 2])], [map([1, 5, 4, 3])], options: (26, [:]),
      expected: 0x6bae_2034_bfbb_48e9),
    .init(
      "strided slice", 45,
      [map([1, 8, 9, 3]), numbers([0, 1, 8, 0]), numbers([1, 7, 0, 1]), numbers([1, 2, -3, 1])],
      [map([1, 3, 3])], options: (32, [0: int(1), 1: int(1), 4: int(8)]), expected: 0xaa48_fcf7_e95b_56ed),
    .init(
      "slice", 65, [map([1, 8, 9, 3]), numbers([0, 1, 2, 0]), numbers([1, 3, -1, 2])], [map([1, 3, 7, 2])],
      expected: 0x1028_f5c0_5c55_8326),
    .init(
      "concatenation", 2, [map([1, 4, 3, 2]), map([1, 4, 3, 1]), map([1, 4, 3, 4])], [map([1, 4, 3, 7])],
      options: (10, [0: int(3)]), expected: 0xdb61_a36b_4a67_e069),
    .init(
      "split", 49, [numbers([2], []), map([1, 4, 6, 2])], [map([1, 4, 3, 2]), map([1, 4, 3, 2])],
      options: (35, [0: int(2)]), expected: 0x25f4_347f_2062_430d),
    .init(
      "uneven split", 102, [map([1, 4, 6, 2]), numbers([1, -1]), numbers([1], [])],
      [map([1, 1, 6, 2]), map([1, 3, 6, 2])], options: (79, [0: int(2)]), expected: 0xdd7a_5e95_40df_1b95),
    .init(
      "pack", 83, [map([4, 3]), map([4, 3])], [map([4, 2, 3])], options: (59, [0: int(2), 1: int(1)]),
      expected: 0x7501_3664_29cf_5c89),
    .init(
      "unpack", 88, [map([3, 2, 4])], [map([3, 4]), map([3, 4])], options: (64, [0: int(2), 1: int(1)]),
      expected: 0x4ec6_0575_13b2_696d),
    .init(
      "gather", 36, [map([1, 5, 3]), numbers([4, 0, 0, 2])], [map([1, 4, 3])], options: (23, [0: int(1)]),
      expected: 0x0535_fc80_a3c8_2eeb),
    .init(
      "nearest neighbours", 97, [map([1, 4, 5, 2]), numbers([7, 8])], [map([1, 7, 8, 2])], options: (74, [:]),
      expected: 0x8d2d_5911_13f5_5abd),
    .init(
      "nearest neighbours by corners", 97, [map([1, 4, 5, 2]), numbers([7, 8])], [map([1, 7, 8, 2])],
      options: (74, [0: .byte(1)]), expected: 0xcc1c_940a_d2ed_87e5),
    .init(
      "nearest neighbours by centres", 97, [map([1, 4, 5, 2]), numbers([6, 12])], [map([1, 6, 12, 2])],
      options: (74, [1: .byte(1)]), expected: 0x972d_d777_efc9_4695),
    .init(
      "depth to space", 5, [map([1, 3, 2, 8])], [map([1, 6, 4, 2])], options: (94, [0: int(2)]),
      expected: 0x5116_7d07_8cd7_50d5),
    .init(
      "space to depth", 26, [map([1, 6, 4, 2])], [map([1, 3, 2, 8])], options: (19, [0: int(2)]),
      expected: 0x5116_7d07_8cd7_50d5),
    .init(
      "reverse", 105, [map([1, 4, 3, 2]), numbers([2])], [map([1, 4, 3, 2])], options: (81, [:]),
      expected: 0x7f47_6f18_d34e_a2ad),
    .init(
      "broadcast", 130, [map([1, 4, 1, 2]), numbers([1, 4, 3, 2])], [map([1, 4, 3, 2])], options: (90, [:]),
      expected: 0xa009_1b9f_8807_b54d),
  ]
}
