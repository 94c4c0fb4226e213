import NetworkIR

/// Makes a failing recipe as small as it can while it goes on failing alike.
struct RecipeShrinker {
  /// Most recipes that are run.
  var trials = 400
  /// Runs a recipe: what fails, or nil.
  var failure: (Recipe) async throws -> RecipeFailure?

  /// - Parameters:
  ///   - recipe: fails.
  ///   - found: how.
  /// - Returns: the smallest recipe found that fails alike, and how it fails.
  /// - Throws: where a recipe can't be run at all.
  func shrunk(_ recipe: Recipe, _ found: RecipeFailure) async throws -> (Recipe, RecipeFailure) {
    var smallest = (recipe, found)
    var candidates = recipe.simplifications
    var known: Set<String> = []
    var left = trials
    // Candidates go round: behind one that fails alike come those of its kind again. A whole round without any is the end.
    var (place, missed) = (0, 0)
    while missed < candidates.count, left > 0 {
      let candidate = candidates[place % candidates.count]
      missed += 1
      place += 1
      guard known.insert("\(candidate)").inserted else { continue }
      left -= 1
      guard let failure = try await failure(candidate), failure.isLike(found) else { continue }
      smallest = (candidate, failure)
      place = (place - 1) % candidates.count
      candidates = candidate.simplifications
      missed = 0
    }
    return smallest
  }
}

extension Recipe {
  /// Simpler recipes, the greatest steps first; each is whole, and simpler in a way that comes to an end.
  var simplifications: [Recipe] {
    let candidates = parts + withoutNodes + cuts + calmer + withSimplerNodes + withSmallerInputs
    return candidates.map(\.tidy).filter { $0 != self && $0.shapes != nil && !$0.nodes.isEmpty }
  }

  /// Without inputs that nobody reads.
  private var tidy: Recipe {
    var recipe = self
    let read = Set(nodes.flatMap(\.inputs))
    for input in inputs.indices.reversed() where !read.contains(input) && recipe.inputs.count > 1 {
      recipe.inputs.remove(at: input)
      recipe.renumber { $0 > input ? $0 - 1 : $0 }
    }
    return recipe
  }

  private mutating func renumber(_ value: (Int) -> Int) {
    for index in nodes.indices { nodes[index].inputs = nodes[index].inputs.map(value) }
    outputs = outputs.map(value)
  }

  /// What one value needs, for every value but the last.
  private var parts: [Recipe] {
    nodes.indices.dropLast().map { last in
      var recipe = self
      recipe.outputs = []
      var needed: Set<Int> = [inputs.count + last]
      for index in nodes.indices.reversed() where needed.contains(inputs.count + index) {
        needed.formUnion(nodes[index].inputs)
      }
      for index in nodes.indices.reversed() where !needed.contains(inputs.count + index) {
        recipe.remove(index, readInstead: 0)
      }
      return recipe
    }
  }

  private mutating func remove(_ index: Int, readInstead replacement: Int) {
    let value = inputs.count + index
    nodes.remove(at: index)
    renumber { $0 == value ? replacement : $0 > value ? $0 - 1 : $0 }
    outputs = Set(outputs).filter { $0 >= inputs.count }.sorted()
  }

  /// Without one node, whose readers read what it read.
  private var withoutNodes: [Recipe] {
    nodes.indices.reversed().flatMap { index in
      Set(nodes[index].inputs).sorted().map { input in
        var recipe = self
        recipe.remove(index, readInstead: input)
        return recipe
      }
    }
  }

  /// With an input of the network in place of one node.
  private var cuts: [Recipe] {
    guard let shapes else { return [] }
    return nodes.indices.dropLast().map { index in
      var recipe = self
      let place = inputs.count
      recipe.inputs.append(shapes[place + index])
      recipe.renumber { $0 >= place ? $0 + 1 : $0 }
      recipe.remove(index, readInstead: place)
      return recipe
    }
  }

  /// On a roomier machine, or with fewer outputs.
  private var calmer: [Recipe] {
    let changes: [(inout Recipe) -> Void] = [
      { $0.machine = RecipeMachine() }, { $0.machine.l1 = .roomy }, { $0.machine.l2 = .roomy },
      { $0.machine.objective = .latency }, { $0.machine.hasFlash = true },
      { $0.outputs = [] },
    ]
    return changes.map { change in
      var recipe = self
      change(&recipe)
      return recipe
    }
  }

  private var withSimplerNodes: [Recipe] {
    nodes.indices.flatMap { index in
      var simpler = nodes[index].operation.simplifications.map { operation in
        var node = nodes[index]
        node.operation = operation
        return node
      }
      let styles: [RecipeWeights] =
        nodes[index].weights == .ones ? [] : nodes[index].weights == .small ? [.ones] : [.ones, .small]
      for style in styles {
        simpler.append(nodes[index])
        simpler[simpler.count - 1].weights = style
      }
      if nodes[index].bits != 8 {
        simpler.append(nodes[index])
        simpler[simpler.count - 1].bits = 8
      }
      return simpler.map { node in
        var recipe = self
        recipe.nodes[index] = node
        return recipe
      }
    }
  }

  private var withSmallerInputs: [Recipe] {
    inputs.indices.flatMap { input in
      RecipeAxis.allCases.flatMap { axis in
        inputs[input][axis].smaller.map { size in
          var recipe = self
          // Inputs that are joined stay alike.
          for other in inputs.indices where inputs[other] == inputs[input] { recipe.inputs[other][axis] = size }
          return recipe
        }
      }
    }
  }
}

extension Int {
  /// Smaller numbers from 1 on: the least, then by steps of a half, a quarter and so on to the one before, so that the
  /// least number that will do is found by halving.
  fileprivate var smaller: [Int] {
    guard self > 1 else { return [] }
    let steps = sequence(first: self / 2) { $0 > 1 ? $0 / 2 : nil }
    return [1] + steps.map { self - $0 }.filter { $0 > 1 }
  }
}

extension RecipeOperation {
  /// Simpler operations of its kind.
  fileprivate var simplifications: [RecipeOperation] {
    switch self {
    case .convolution(let window, let channels, let groups):
      window.simplifications.map { .convolution($0, channels: channels, groups: groups) }
        + groups.smaller.map { .convolution(window, channels: channels, groups: $0) }
        + channels.smaller.map { .convolution(window, channels: $0, groups: groups) }
    case .depthwise(let window, let multiplier):
      window.simplifications.map { .depthwise($0, multiplier: multiplier) }
        + multiplier.smaller.map { .depthwise(window, multiplier: $0) }
    case .transposedConvolution(let kernel, let stride, let isSame, let channels):
      channels.smaller.map { .transposedConvolution(kernel: kernel, stride: stride, isSame: isSame, channels: $0) }
        + stride.smaller.map { .transposedConvolution(kernel: kernel, stride: $0, isSame: isSame, channels: channels) }
        + kernel.smaller.filter { $0.height >= stride.height && $0.width >= stride.width }
        .map { .transposedConvolution(kernel: $0, stride: stride, isSame: isSame, channels: channels) }
    case .fullyConnected(let channels): channels.smaller.map { .fullyConnected(channels: $0) }
    case .maximumPool(let window): window.simplifications.map { .maximumPool($0) }
    case .averagePool(let window): window.simplifications.map { .averagePool($0) }
    case .pad(let sides, let isReflected):
      isReflected ? [.pad(sides, isReflected: false)] : []
    case .resize(let factors): factors.smaller.map { .resize($0) }
    case .tile(let axis, let count): count > 2 ? [.tile(axis, 2)] : []
    case .slice(let axis, let from, let count, let step):
      count.smaller.map { .slice(axis, from: from, count: $0, step: step) }
        + step.smaller.map { .slice(axis, from: from, count: count, step: $0) }
        + (from > 0 ? [.slice(axis, from: 0, count: count, step: step)] : [])
    default: []
    }
  }
}

extension Extent {
  fileprivate var smaller: [Extent] {
    height.smaller.map { Extent(height: $0, width: width) } + width.smaller.map { Extent(height: height, width: $0) }
  }
}

extension Window {
  fileprivate var simplifications: [Window] {
    var simpler: [Window] = border == .none ? [] : [Window(kernel, stride: stride, dilation: dilation)]
    simpler += kernel.smaller.map { Window($0, stride: stride, dilation: dilation, border: border) }
    simpler += stride.smaller.map { Window(kernel, stride: $0, dilation: dilation, border: border) }
    simpler += dilation.smaller.map { Window(kernel, stride: stride, dilation: $0, border: border) }
    return simpler
  }
}
