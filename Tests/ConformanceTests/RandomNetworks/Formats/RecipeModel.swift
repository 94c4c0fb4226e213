import ModelBuilding
import NetworkIR

extension Recipe {
  /// The model file that says it.
  var modelFile: [UInt8] {
    switch format {
    case .tfliteInt8, .tfliteUInt8, .tfliteInt16: TFLiteRecipeWriter.bytes(self)
    case .qdqInt8, .qdqUInt8, .qoperatorInt8, .qoperatorUInt8: QuantizedRecipeWriter.bytes(self)
    case .nemo, .quantlab, .requantShift: IntegerRecipeWriter.bytes(self)
    case .qonnx: QONNXRecipeWriter.bytes(self)
    }
  }
}
