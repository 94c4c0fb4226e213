import NetworkIR
import SwiftProtobuf

@testable import GraphImport

/// Changes operators, wiring, numbers and shapes of a decoded ONNX model.
enum ONNXMutation {
  static func changed(_ bytes: [UInt8], using generator: inout SplitMix64) -> [UInt8]? {
    guard var model = try? ONNXModelProto(serializedBytes: bytes) else { return nil }
    for _ in 0..<Int.random(in: 1...3, using: &generator) { change(&model.graph, using: &generator) }
    return try? model.serializedBytes()
  }

  private static func change(_ graph: inout ONNXGraphProto, using generator: inout SplitMix64) {
    switch Int.random(in: 0..<12, using: &generator) {
    case 0...3 where !graph.node.isEmpty: changeNode(&graph, using: &generator)
    case 4...5 where graph.node.contains { !$0.attribute.isEmpty }: changeAttribute(&graph, using: &generator)
    case 6...9 where !graph.initializer.isEmpty:
      change(&graph.initializer[generator.index(graph.initializer)], using: &generator)
    case 10 where !graph.node.isEmpty:
      let node = graph.node[generator.index(graph.node)]
      if Bool.random(using: &generator) { graph.node.append(node) } else { graph.node.removeAll { $0 == node } }
    default:
      guard !graph.input.isEmpty else { return }
      let place = generator.index(graph.input)
      change(&graph.input[place].type.tensorType, using: &generator)
    }
  }

  private static func changeNode(_ graph: inout ONNXGraphProto, using generator: inout SplitMix64) {
    let names = graph.initializer.map(\.name) + graph.node.flatMap(\.output) + graph.input.map(\.name) + [""]
    let name = names[generator.index(names)]
    let place = generator.index(graph.node)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: graph.node[place].opType = ONNXWords.operators[generator.index(ONNXWords.operators)]
    case 1 where !graph.node[place].input.isEmpty:
      graph.node[place].input[generator.index(graph.node[place].input)] = name
    case 2: graph.node[place].input.append(name)
    case 3 where !graph.node[place].input.isEmpty: graph.node[place].input.removeLast()
    default: graph.node[place].attribute.append(attribute(using: &generator))
    }
  }

  private static func changeAttribute(_ graph: inout ONNXGraphProto, using generator: inout SplitMix64) {
    let places = graph.node.indices.filter { !graph.node[$0].attribute.isEmpty }
    let place = places[generator.index(places)]
    let index = generator.index(graph.node[place].attribute)
    if Int.random(in: 0..<4, using: &generator) == 0 {
      graph.node[place].attribute[index] = attribute(using: &generator)
      return
    }
    var attribute = graph.node[place].attribute[index]
    attribute.i = Int64(generator.number(near: Int(attribute.i)))
    attribute.f = float(near: attribute.f, using: &generator)
    change(&attribute.ints, using: &generator)
    graph.node[place].attribute[index] = attribute
  }

  private static func attribute(using generator: inout SplitMix64) -> ONNXAttributeProto {
    var attribute = ONNXAttributeProto()
    attribute.name = ONNXWords.attributes[generator.index(ONNXWords.attributes)]
    attribute.type = [1, 2, 3, 6, 7][Int.random(in: 0..<5, using: &generator)]
    attribute.i = Int64(generator.number(near: 1))
    attribute.f = float(near: 1, using: &generator)
    attribute.ints = (0..<Int.random(in: 0...4, using: &generator)).map { _ in Int64(generator.number(near: 1)) }
    return attribute
  }

  private static func change(_ tensor: inout ONNXTensorProto, using generator: inout SplitMix64) {
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: change(&tensor.dims, using: &generator)
    case 1: tensor.dataType = Int32.random(in: 1...26, using: &generator)
    case 2 where !tensor.floatData.isEmpty:
      let place = generator.index(tensor.floatData)
      tensor.floatData[place] = float(near: tensor.floatData[place], using: &generator)
    case 3 where !tensor.int32Data.isEmpty:
      let place = generator.index(tensor.int32Data)
      tensor.int32Data[place] = Int32(truncatingIfNeeded: generator.number(near: Int(tensor.int32Data[place])))
    default: change(&tensor.int64Data, using: &generator)
    }
  }

  private static func change(_ type: inout ONNXTypeProto.Tensor, using generator: inout SplitMix64) {
    var sizes = type.shape.dim.map(\.dimValue)
    change(&sizes, using: &generator)
    type.shape.dim = sizes.map { size in
      var dimension = ONNXTensorShapeProto.Dimension()
      dimension.dimValue = size
      return dimension
    }
    if Int.random(in: 0..<4, using: &generator) == 0 { type.elemType = Int32.random(in: 1...26, using: &generator) }
  }

  private static func change(_ numbers: inout [Int64], using generator: inout SplitMix64) {
    let change = Int.random(in: 0..<6, using: &generator)
    if change == 0 || numbers.isEmpty {
      numbers.append(Int64(generator.number(near: 1)))
    } else if change == 1 {
      numbers.removeLast()
    } else {
      let place = generator.index(numbers)
      numbers[place] = Int64(generator.number(near: Int(numbers[place])))
    }
  }

  private static func float(near value: Float, using generator: inout SplitMix64) -> Float {
    let extremes: [Float] = [
      0, -0.0, 1, -1, 0.5, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNormalMagnitude,
      .leastNonzeroMagnitude, 0x1p31, -0x1p31, 0x1p63, 1e-7, 3.14159,
    ]
    return switch Int.random(in: 0..<4, using: &generator) {
    case 0: value * 2
    case 1: value + 1
    case 2: value.nextUp
    default: extremes[generator.index(extremes)]
    }
  }
}

/// Names that a lowering knows, for mutations and for libFuzzer's dictionary.
enum ONNXWords {
  static let operators = """
    Conv ConvTranspose Gemm MatMul Add Sub Mul Div Floor Cast Clip Relu RequantShift RequantizedAdd iHardswish MaxPool \
    GlobalMaxPool AveragePool GlobalAveragePool ReduceMean ReduceSum ReduceMax ReduceMin Pad Flatten Reshape Squeeze \
    Unsqueeze Transpose Concat Slice Split DepthToSpace SpaceToDepth Identity Dropout QuantizeLinear DequantizeLinear \
    QLinearConv ConvInteger QLinearMatMul QGemm MatMulInteger QLinearAdd QLinearMul QLinearConcat QLinearAveragePool \
    QLinearGlobalAveragePool QLinearLeakyRelu QLinearSigmoid QLinearSoftmax Max Min Sigmoid Tanh HardSigmoid HardSwish \
    LeakyRelu PRelu Elu Selu Softplus Softsign Exp Log Sqrt Reciprocal Abs Neg Sign Erf Gelu Round Ceil Pow Softmax \
    LogSoftmax ArgMax ArgMin Gather Resize Upsample Tile Expand Shape ConstantOfShape Constant BatchNormalization Quant \
    IntQuant BipolarQuant Trunc MultiThreshold Where Equal Range
    """.split(separator: " ").map(String.init)

  static let attributes = """
    kernel_shape strides pads dilations group auto_pad alpha beta transA transB axis axes keepdims perm to min max mode \
    ceil_mode count_include_pad output_padding output_shape blocksize channels_last exclusive_axis select_last_index \
    block_size saturate output_dtype epsilon signed narrow rounding_mode out_scale out_bias out_dtype data_layout div \
    n_levels weight_bits mult_bits out_bits in1_mul in1_rq out_rq rqs1_mul rqs2_add rqsOut_div three six one_over_six \
    coordinate_transformation_mode nearest_mode num_outputs value value_ints approximate allowzero storage_order
    """.split(separator: " ").map(String.init)
}
