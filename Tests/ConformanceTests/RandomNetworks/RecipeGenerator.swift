import NetworkIR

/// Draws recipes.
struct RecipeGenerator {
  private var random: SplitMix64
  private var recipe: Recipe
  private var shapes: [Shape] = []
  /// Values that no node may read.
  private var ends: Set<Int> = []
  private let limits: Limits

  /// What one recipe may take, so that thousands of them can run.
  private struct Limits {
    var elements: Int
    var products: Int
    var nodes: ClosedRange<Int>
  }

  /// The recipe of a number under a seed. Formats take turns, and so do the kinds of operations that a format has, so that
  /// any few dozen recipes in a row have them all.
  static func recipe(_ number: Int, seed: UInt64) -> Recipe {
    let format = RecipeFormat.allCases[number % RecipeFormat.allCases.count]
    var mixed = SplitMix64(seed: seed)
    var generator = RecipeGenerator(format, seed: mixed.next() &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
    return generator.drawn(with: format.kinds[number / RecipeFormat.allCases.count % format.kinds.count])
  }

  private init(_ format: RecipeFormat, seed: UInt64) {
    random = SplitMix64(seed: seed)
    let isLarge = Int.random(in: 0..<8, using: &random) == 0
    limits = Limits(
      elements: isLarge ? 40_000 : 6_000, products: isLarge ? 4_000_000 : 600_000, nodes: isLarge ? 1...4 : 1...9)
    recipe = Recipe(
      format: format, seed: random.next(), inputs: [], nodes: [], outputs: [], machine: RecipeMachine())
  }

  private mutating func drawn(with kind: RecipeOperation.Kind) -> Recipe {
    for _ in 0..<(chance(5) ? 2 : 1) { recipe.inputs.append(drawnInput()) }
    shapes = recipe.inputs
    let count = Int.random(in: limits.nodes, using: &random)
    let place = Int.random(in: 0..<count, using: &random)
    for position in 0..<count {
      let kinds = position == place ? [kind] : []
      _ = grow(kinds + (0..<6).compactMap { _ in recipe.format.kinds.randomElement(using: &random) })
    }
    // A network has at least one layer, whatever fits.
    if recipe.nodes.isEmpty { _ = grow([.convolution, .requantization]) }
    if recipe.nodes.count > 2, chance(4) {
      let values = (0..<one(of: [1, 1, 2, 3])).map { _ in
        Int.random(in: recipe.inputs.count..<shapes.count - 1, using: &random)
      }
      recipe.outputs = Set(values).sorted()
    }
    recipe.machine = drawnMachine()
    return recipe
  }

  // MARK: Choices

  private mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

  private mutating func one<Choice>(of choices: [Choice]) -> Choice {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func channels() -> Int {
    chance(40)
      ? one(of: [65, 96, 127, 128, 160]) : one(of: [1, 2, 3, 4, 5, 6, 7, 8, 8, 12, 16, 16, 17, 20, 32, 33, 64])
  }

  private mutating func drawnInput() -> Shape {
    if !recipe.inputs.isEmpty, chance(2) { return recipe.inputs[0] }
    while true {
      let sizes: (ClosedRange<Int>, ClosedRange<Int>) =
        switch Int.random(in: 0..<8, using: &random) {
        case 0: (1...1, 1...1)
        case 1: (1...1, 2...90)
        case 2: (2...90, 1...1)
        case 3, 4: (2...6, 2...6)
        default: (5...28, 5...28)
        }
      let shape = Shape(
        height: Int.random(in: sizes.0, using: &random), width: Int.random(in: sizes.1, using: &random),
        channels: channels())
      if shape.elements <= limits.elements { return shape }
    }
  }

  private mutating func drawnMachine() -> RecipeMachine {
    var machine = RecipeMachine(
      cores: one(of: [1, 2, 3, 4, 8, 8, 8]), objective: one(of: [.latency, .latency, .cold, .memory]),
      hasFlash: !chance(3), l1: one(of: [.roomy, .narrow, .least, .least]),
      l2: one(of: [.roomy, .narrow, .least, .least]))
    if machine.hasFlash, chance(6) { machine.chip = .cluster }
    return machine
  }

  // MARK: Growing

  /// Appends a node of the first kind that fits somewhere.
  private mutating func grow(_ kinds: [RecipeOperation.Kind]) -> Bool {
    for kind in kinds {
      for _ in 0..<8 where append(kind) { return true }
    }
    return false
  }

  private mutating func append(_ kind: RecipeOperation.Kind) -> Bool {
    let open = shapes.indices.filter { !ends.contains($0) }
    // An input that nobody has read is taken up, but not always.
    let read = Set(recipe.nodes.flatMap(\.inputs))
    let unread = recipe.inputs.indices.first { !read.contains($0) && !chance(4) }
    let value = unread ?? (chance(3) ? one(of: open) : open[open.count - 1])
    var partner: Int?
    let drawn = drawnOperation(kind, on: shapes[value])
    guard let operation = drawn else { return false }
    if operation.arity == 2 {
      let fitting = open.filter { operation.output(of: [shapes[value], shapes[$0]]) != nil }
      partner = fitting.filter { $0 != value }.randomElement(using: &random)
      if partner == nil, !chance(4) {
        // A branch that joins: a convolution keeps the shape.
        let window = Window(Extent(height: 3, width: 1), border: .same)
        let branch = RecipeOperation.convolution(window, channels: shapes[value].channels, groups: 1)
        guard add(branch, [value]) else { return false }
        partner = shapes.count - 1
      }
    }
    let operands = [value] + (operation.arity == 2 ? [partner ?? value] : [])
    return add(operation, chance(2) ? operands : operands.reversed())
  }

  private mutating func add(_ operation: RecipeOperation, _ inputs: [Int]) -> Bool {
    let operands = inputs.map { shapes[$0] }
    guard let shape = operation.output(of: operands), shape.elements <= limits.elements,
      operation.products(of: operands, output: shape) <= limits.products
    else { return false }
    var node = RecipeNode(operation: operation, inputs: inputs, seed: random.next())
    node.weights = one(of: [.any, .any, .any, .any, .lowest, .highest, .extremes, .sparse, .small])
    if let narrow = recipe.format.narrowWeights.randomElement(using: &random), chance(3) { node.weights = narrow }
    if recipe.format.hasNarrowCodes { node.bits = one(of: [8, 8, 4, 2]) }
    if case .argumentMaximum = operation { ends.insert(shapes.count) }
    recipe.nodes.append(node)
    shapes.append(shape)
    return true
  }
}

// MARK: Operations

extension RecipeGenerator {
  private mutating func drawnOperation(_ kind: RecipeOperation.Kind, on shape: Shape) -> RecipeOperation? {
    let axis = one(of: RecipeAxis.allCases)
    switch kind {
    case .convolution: return .convolution(window(on: shape), channels: channels(), groups: 1)
    case .grouped:
      let groups = (2...shape.channels + 1).filter { shape.channels % $0 == 0 }.randomElement(using: &random)
      guard let groups else { return nil }
      let multiples = one(of: [1, 1, 2, 3])
      return .convolution(window(on: shape), channels: groups * multiples, groups: groups)
    case .depthwise: return .depthwise(window(on: shape), multiplier: one(of: [1, 1, 1, 2, 3]))
    case .transposedConvolution:
      let kernel = Extent(height: one(of: [1, 2, 3, 4]), width: one(of: [1, 2, 3, 5]))
      let stride = Extent(
        height: Int.random(in: 1...min(kernel.height, 3), using: &random),
        width: Int.random(in: 1...min(kernel.width, 3), using: &random))
      return .transposedConvolution(kernel: kernel, stride: stride, isSame: chance(2), channels: channels())
    case .fullyConnected: return .fullyConnected(channels: channels())
    case .maximumPool: return .maximumPool(pool(on: shape))
    case .averagePool: return .averagePool(pool(on: shape))
    case .reduction:
      let reductions: [RecipeReduction] =
        switch recipe.format {
        case .tfliteInt8, .tfliteUInt8: RecipeReduction.allCases
        // The least of codes is the greatest of turned ones, which a table turns.
        case .tfliteInt16: [.mean, .sum, .greatest]
        case .qdqInt8, .qdqUInt8, .qoperatorInt8, .qoperatorUInt8: [.mean]
        case .nemo, .quantlab, .requantShift, .qonnx: [.mean, .greatest]
        }
      return .reduction(one(of: reductions))
    case .addition: return .binary(one(of: [.add, .add, .subtract]))
    case .multiplication: return .binary(.multiply)
    case .extremum: return .binary(one(of: [.maximum, .minimum]))
    case .constant: return .constant(one(of: RecipeBinary.allCases), isPerChannel: chance(2))
    case .function: return .function(one(of: RecipeFunction.allCases))
    case .requantization: return .requantization
    case .concatenation: return .concatenation(axis)
    case .softmax: return .softmax
    case .matrixProduct: return .matrixProduct
    case .argumentMaximum: return .argumentMaximum
    default: return drawnMovement(kind, axis, on: shape)
    }
  }

  private mutating func drawnMovement(
    _ kind: RecipeOperation.Kind, _ axis: RecipeAxis, on shape: Shape
  ) -> RecipeOperation? {
    switch kind {
    case .slice:
      let step = one(of: [1, 1, 1, 2, 3])
      let from = Int.random(in: 0..<shape[axis], using: &random)
      let most = (shape[axis] - from + step - 1) / step
      return .slice(axis, from: from, count: Int.random(in: 1...most, using: &random), step: step)
    case .split:
      let parts = (2...shape[axis] + 1).filter { shape[axis] % $0 == 0 }.randomElement(using: &random)
      guard let parts else { return nil }
      return .split(axis, parts: parts, part: Int.random(in: 0..<parts, using: &random))
    case .pad: return .pad(sides(up: 3), isReflected: chance(3))
    case .transpose: return .transpose(RecipeAxis.allCases.shuffled(using: &random))
    case .reshape:
      let height = (1...shape.elements).filter { shape.elements % $0 == 0 }.randomElement(using: &random) ?? 1
      let rest = shape.elements / height
      let width = (1...rest).filter { rest % $0 == 0 }.randomElement(using: &random) ?? 1
      return .reshape(Shape(height: height, width: width, channels: rest / width))
    case .resize: return .resize(Extent(height: one(of: [1, 2, 3]), width: one(of: [1, 2, 4])))
    case .depthToSpace: return .depthToSpace(one(of: [2, 2, 3]))
    case .spaceToDepth: return .spaceToDepth(one(of: [2, 2, 3]))
    case .reverse: return .reverse(axis)
    case .tile: return .tile(axis, one(of: [2, 3]))
    default: return nil
    }
  }

  private mutating func sides(up most: Int) -> Padding {
    Padding(
      top: Int.random(in: 0...most, using: &random), left: Int.random(in: 0...most, using: &random),
      bottom: Int.random(in: 0...most, using: &random), right: Int.random(in: 0...most, using: &random))
  }

  private mutating func window(on shape: Shape) -> Window {
    func side(_ size: Int, _ random: inout SplitMix64) -> Int {
      let isLarge = size > 7 && Int.random(in: 0..<16, using: &random) == 0
      let sizes = isLarge ? [8, 9, 11, 13] : [1, 1, 2, 3, 3, 4, 5, 6, 7]
      return size == 1 && Int.random(in: 0..<4, using: &random) > 0
        ? 1 : sizes[Int.random(in: 0..<sizes.count, using: &random)]
    }
    let kernel = Extent(height: side(shape.height, &random), width: side(shape.width, &random))
    let strides = [1, 1, 1, 2, 3]
    var stride = Extent(height: one(of: strides), width: one(of: strides))
    var dilation = Extent.one
    if chance(4) {
      dilation = Extent(height: one(of: [1, 2, 3]), width: one(of: [1, 2]))
      // Converters to TensorFlow Lite have one or the other.
      if recipe.format.isTFLite || !chance(3) { stride = .one }
    }
    let borders: [Window.Border] = [
      .none, .same, .same,
      .sides(
        Padding(
          top: Int.random(in: 0..<kernel.height, using: &random),
          left: Int.random(in: 0..<kernel.width, using: &random),
          bottom: Int.random(in: 0..<kernel.height, using: &random),
          right: Int.random(in: 0..<kernel.width, using: &random))),
    ]
    return Window(kernel, stride: stride, dilation: dilation, border: one(of: borders))
  }

  private mutating func pool(on shape: Shape) -> Window {
    var window = window(on: shape)
    window.dilation = .one
    if chance(5) { window = Window(shape.extent) }
    return window
  }
}
