import ModelBuilding
import NetworkIR
import Reference
import Testing

@testable import GraphImport

/// Models of one operator each against fingerprints of what TensorFlow Lite for Microcontrollers computes from the same
/// file, or TensorFlow Lite's reference kernels where the former lack the operator.
struct TFLiteOperatorsTests {
  @Test(
    arguments: TFLiteOperatorCase.unary + TFLiteOperatorCase.binary + TFLiteOperatorCase.reductions
      + TFLiteOperatorCase.movements)
  func `an operator computes what the reference kernel computes`(operatorCase: TFLiteOperatorCase) throws {
    let network = try importModel(operatorCase.model.bytes, fileName: "operator.tflite").network
    let inputs = network.inputs.enumerated().map { index, boundary in
      TFLiteOperatorCase.codes(input: index, count: network[boundary.tensor].shape.elements)
    }
    let tensors = try ReferenceExecutor(network).run(inputs)
    let codes = network.outputs.flatMap { tensors[$0.tensor] }
    let isWide = network.outputs.contains { network[$0.tensor].type == .int32 }
    let found = TFLiteOperatorCase.fingerprint(codes, isWide: isWide)
    #expect(found == operatorCase.expected, "\(codes.prefix(300))")
    for tensor in network.outputs.map(\.tensor) {
      #expect(tensors[tensor].allSatisfy { network[tensor].values.contains(Int($0)) }, "values are as they are proven")
    }
  }
}
