import NetworkIR

/// The networks that the plans of `ValidPlans` are for; weights are all one.
enum ValidNetworks {
  static func network(_ name: String) throws -> Network {
    switch name {
    case "full": try full()
    case "striped": try striped()
    case "streamed": try pointwise("streamed", layers: 4)
    case "headed": try pointwise("headed", layers: 3)
    case "paged": try paged()
    case "flash": try flash()
    default: direct()
    }
  }

  private static func full() throws -> Network {
    let x = Shape(height: 5, width: 4, channels: 6)
    let a = Shape(height: 5, width: 4, channels: 8)
    return Network(
      name: "full",
      tensors: [tensor("x", x), tensor("a", a), tensor("y", Shape(height: 1, width: 1, channels: 10), .int32)],
      layers: [
        layer(
          "conv_00", .convolution(try convolution(3, padding: 1, from: 6, to: 8, .rq32)),
          [Operand(tensor: 0, shape: x)], 1),
        layer(
          "fc_01", .convolution(try convolution(1, from: 160, to: 10, nil)),
          [Operand(tensor: 1, shape: Shape(height: 1, width: 1, channels: 160))], 2),
      ], inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: 2)])
  }

  private static func striped() throws -> Network {
    let x = Shape(height: 9, width: 5, channels: 6)
    let a = Shape(height: 5, width: 3, channels: 6)
    return Network(
      name: "striped", tensors: [tensor("x", x), tensor("a", a), tensor("y", a)],
      layers: [
        layer(
          "conv_00", .convolution(try convolution(3, stride: 2, padding: 1, groups: 6, from: 6, to: 6, .rq64)),
          [Operand(tensor: 0, shape: x)], 1),
        layer("rescale_01", .rescale(try rule(.rq64s)), [Operand(tensor: 1, shape: a)], 2),
      ], inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: 2)])
  }

  /// Convolutions of 2x2x8, one after another.
  private static func pointwise(_ name: String, layers: Int) throws -> Network {
    let map = Shape(height: 2, width: 2, channels: 8)
    return Network(
      name: name, tensors: (["x", "a", "b", "c"].prefix(layers) + ["y"]).map { tensor($0, map) },
      layers: try (0..<layers).map { step in
        layer(
          "conv_0\(step)", .convolution(try convolution(1, from: 8, to: 8, .rq32)), [Operand(tensor: step, shape: map)],
          step + 1)
      }, inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: layers)])
  }

  private static func paged() throws -> Network {
    let square = Shape(height: 4, width: 4, channels: 2)
    func pooling(_ kind: Pooling.Kind) -> Operation {
      .pooling(
        Pooling(
          kind: kind, kernel: Extent(height: 3, width: 3), stride: .one,
          padding: Padding(top: 1, left: 1, bottom: 1, right: 1)))
    }
    let operations: [Operation] = [
      pooling(.sum(try rule(.rq32))), pooling(.maximum(clamp: 0...255)), pooling(.average(clamp: 0...255)),
      .softmax(Softmax(multiplier: 1 << 30, leftShift: 20, minimumDifference: -100)),
      .addition(Addition(first: try rule(.rq32), second: try rule(.rq32), output: try rule(.rq64))),
    ]
    let inputs = [[0], [1], [2], [3], [4, 1]]
    return Network(
      name: "paged", tensors: ["x", "s", "t", "u", "v", "y"].map { tensor($0, square) },
      layers: operations.indices.map { step in
        layer(
          "layer_\(step)", operations[step], inputs[step].map { Operand(tensor: $0, shape: square) }, step + 1)
      }, inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: 5)])
  }

  static func tensor(_ name: String, _ shape: Shape, _ type: ElementType = .uint8) -> Tensor {
    Tensor(
      name: name, shape: shape, type: type, values: type.range,
      origin: TensorOrigin(
        dimensions: [shape.height, shape.width, shape.channels], axes: [.height, .width, .channel]))
  }

  static func layer(_ name: String, _ operation: Operation, _ inputs: [Operand], _ output: TensorID) -> Layer {
    Layer(name: name, source: name, operation: operation, inputs: inputs, output: output)
  }

  /// One rule that lets codes through; the form is set, since only its name matters here.
  static func rule(_ form: RequantizationForm, channels: Int = 1) throws -> Requantization {
    let clamp = RequantizationRule([.clamp(0...255)])
    var requantization = try Requantization(
      rules: Array(repeating: clamp, count: channels), accumulators: Array(repeating: 0...255, count: channels),
      clamp: 0...255)
    requantization.form = form
    return requantization
  }

  static func convolution(
    _ kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1, from inputs: Int, to outputs: Int,
    _ form: RequantizationForm?
  ) throws -> Convolution {
    Convolution(
      kernel: Extent(height: kernel, width: kernel), stride: Extent(height: stride, width: stride), dilation: .one,
      padding: Padding(top: padding, left: padding, bottom: padding, right: padding), groups: groups,
      inputChannels: inputs, outputChannels: outputs,
      weights: Array(repeating: 1, count: outputs * kernel * kernel * inputs / groups),
      bias: Array(repeating: 0, count: outputs), inputZeroPoint: 0, paddingValue: 0,
      requantization: try form.map { try rule($0, channels: outputs) })
  }
}
