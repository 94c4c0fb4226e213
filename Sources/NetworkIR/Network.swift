/// A quantized network in integers only: what every stage after import works on.
///
/// Layers stand in an order in which every input is produced before it is read. Every activation is HWC.
/// All arithmetic is exact: an accumulator that could leave 32 bits is refused at import, so that the
/// reference executor, the generated C and the proofs all speak of the same numbers.
package struct Network: Equatable, Sendable {
  package var name: String
  package var tensors: [Tensor]
  package var layers: [Layer]
  package var inputs: [Boundary]
  package var outputs: [Boundary]
  /// How the file's runtime rounds `real / scale` to a code at the border: TensorFlow Lite away from zero, ONNX to even.
  package var floatRounding = RequantizationStep.Rounding.halfAway

  package init(name: String, tensors: [Tensor], layers: [Layer], inputs: [Boundary], outputs: [Boundary]) {
    self.name = name
    self.tensors = tensors
    self.layers = layers
    self.inputs = inputs
    self.outputs = outputs
  }

  package subscript(tensor: TensorID) -> Tensor { tensors[tensor] }

  /// Multiply-accumulate operations of one inference.
  package var macs: Int { layers.reduce(0) { $0 + macs(of: $1) } }

  /// Multiply-accumulate operations of one layer: zero for layers other than convolutions and products of matrices.
  package func macs(of layer: Layer) -> Int {
    let outputs = tensors[layer.output].shape.elements
    switch layer.operation {
    case .convolution(let convolution): return outputs * convolution.kernel.area * convolution.inputChannelsPerGroup
    case .matrixProduct: return outputs * layer.inputs[0].shape.channels
    default: return 0
    }
  }
}

/// An input or output of the network, with the quantization that the model file attaches to it.
///
/// Scale and zero point only describe the border to the user's floats: no integer computation reads them.
package struct Boundary: Equatable, Sendable {
  package var tensor: TensorID
  /// real = scale * (code - zeroPoint); nil where the file gives none.
  package var scale: Float?
  package var zeroPoint: Int
  /// What the file computes in floats beyond this tensor and the tool cut off, as `Sigmoid -> 237`; else nil.
  package var cutTail: String?
  /// Whether the file's floats here stand for codes by scale and zero point alone; false where the cut tail computes more.
  package var floatsAreCodes: Bool
  /// Of accumulators: the file's floats here, where they are a linear function of each; nil where they are not.
  package var affineTail: AffineTail?

  package init(
    tensor: TensorID, scale: Float? = nil, zeroPoint: Int = 0, cutTail: String? = nil, floatsAreCodes: Bool = true,
    affineTail: AffineTail? = nil
  ) {
    self.tensor = tensor
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.cutTail = cutTail
    self.floatsAreCodes = floatsAreCodes
    self.affineTail = affineTail
  }
}

/// What the file computes in floats of the accumulators at an output: a factor and an addend, alike or by channel.
///
/// real = scales[c] * code + offsets[c]. It only describes the border to the user's floats: no integer computation reads it.
package struct AffineTail: Equatable, Sendable {
  /// One for all channels or one for each.
  package var scales: [Double]
  /// As many as there are scales.
  package var offsets: [Double]
  /// For each offset the sum of the magnitudes of the addends that it is made of: what bounds their rounding errors.
  package var offsetMagnitudes: [Double]
  /// Operators that the file applies to the accumulators in float32, for the same bound.
  package var operators: Int

  package init(scales: [Double], offsets: [Double], offsetMagnitudes: [Double], operators: Int) {
    self.scales = scales
    self.offsets = offsets
    self.offsetMagnitudes = offsetMagnitudes
    self.operators = operators
  }
}

/// One step of the network.
package struct Layer: Equatable, Sendable {
  /// Unique within the network, fit to be a C identifier: `conv_00`, `add_05`.
  package var name: String
  /// The node of the model file that the layer stands for, for diagnostics.
  package var source: String
  package var operation: Operation
  package var inputs: [Operand]
  package var output: TensorID

  package init(name: String, source: String, operation: Operation, inputs: [Operand], output: TensorID) {
    self.name = name
    self.source = source
    self.operation = operation
    self.inputs = inputs
    self.output = output
  }
}

/// A tensor as one layer reads it.
///
/// `shape` may differ from the tensor's own: a reshape that keeps the HWC order of the elements is only another
/// view, so `shape.elements` always equals the tensor's.
package struct Operand: Equatable, Sendable {
  package var tensor: TensorID
  package var shape: Shape

  package init(tensor: TensorID, shape: Shape) {
    self.tensor = tensor
    self.shape = shape
  }
}
