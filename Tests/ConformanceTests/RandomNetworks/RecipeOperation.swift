import NetworkIR

/// What a node computes; sizes are of rows, columns and channels whatever order a file has them in.
enum RecipeOperation: Codable, Equatable, Sendable {
  case convolution(Window, channels: Int, groups: Int)
  /// Each channel for itself, to `multiplier` channels.
  case depthwise(Window, multiplier: Int)
  case transposedConvolution(kernel: Extent, stride: Extent, isSame: Bool, channels: Int)
  case fullyConnected(channels: Int)
  case maximumPool(Window)
  case averagePool(Window)
  /// Over rows and columns, to a map of one position.
  case reduction(RecipeReduction)
  case binary(RecipeBinary)
  /// With a constant: one number, or one for each channel.
  case constant(RecipeBinary, isPerChannel: Bool)
  case function(RecipeFunction)
  case requantization
  case concatenation(RecipeAxis)
  case slice(RecipeAxis, from: Int, count: Int, step: Int)
  /// Into equal parts, of which one is used.
  case split(RecipeAxis, parts: Int, part: Int)
  case pad(Padding, isReflected: Bool)
  /// For each axis of the output, the axis of the input.
  case transpose([RecipeAxis])
  case reshape(Shape)
  case resize(Extent)
  case depthToSpace(Int)
  case spaceToDepth(Int)
  case reverse(RecipeAxis)
  case tile(RecipeAxis, Int)
  case softmax
  /// Rows and channels are the matrices: of the first columns by channels, of the second transposed.
  case matrixProduct
  /// The index of the greatest channel.
  case argumentMaximum
}

/// A direction of a map.
enum RecipeAxis: String, Codable, CaseIterable, Sendable { case row, column, channel }

/// What becomes of all positions of a channel.
enum RecipeReduction: String, Codable, CaseIterable, Sendable { case mean, sum, greatest, least }

/// A function of two numbers.
enum RecipeBinary: String, Codable, CaseIterable, Sendable { case add, subtract, multiply, maximum, minimum }

/// A function of one number.
enum RecipeFunction: String, Codable, CaseIterable, Sendable {
  case relu, reluTo6, sigmoid, hyperbolicTangent, hardSwish, leakyRelu, elu, absolute
}

extension RecipeOperation {
  /// The kinds of operations, for counts and for what a format has.
  enum Kind: String, Codable, CaseIterable, Sendable {
    case convolution, depthwise, grouped, transposedConvolution, fullyConnected, maximumPool, averagePool, reduction
    case addition, multiplication, extremum, constant, function, requantization, concatenation, slice, split, pad
    case transpose, reshape, resize, depthToSpace, spaceToDepth, reverse, tile, softmax, matrixProduct
    case argumentMaximum
  }

  /// What it counts as.
  var kind: Kind {
    switch self {
    case .convolution(_, _, let groups): groups == 1 ? .convolution : .grouped
    case .depthwise: .depthwise
    case .transposedConvolution: .transposedConvolution
    case .fullyConnected: .fullyConnected
    case .maximumPool: .maximumPool
    case .averagePool: .averagePool
    case .reduction: .reduction
    case .binary(.add), .binary(.subtract): .addition
    case .binary(.multiply): .multiplication
    case .binary(.maximum), .binary(.minimum): .extremum
    case .constant: .constant
    case .function: .function
    case .requantization: .requantization
    case .concatenation: .concatenation
    case .slice: .slice
    case .split: .split
    case .pad: .pad
    case .transpose: .transpose
    case .reshape: .reshape
    case .resize: .resize
    case .depthToSpace: .depthToSpace
    case .spaceToDepth: .spaceToDepth
    case .reverse: .reverse
    case .tile: .tile
    case .softmax: .softmax
    case .matrixProduct: .matrixProduct
    case .argumentMaximum: .argumentMaximum
    }
  }
}
