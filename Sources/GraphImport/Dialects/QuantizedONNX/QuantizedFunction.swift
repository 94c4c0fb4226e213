import Foundation

/// Float functions of one number; the raw value is ONNX's name.
///
/// Between codes of 8 bits or fewer each is a table. Sums, products and quotients are rounded to float32 one by one, as
/// ONNX Runtime computes them; of the others the exact value is rounded once.
enum QuantizedFunction: String, CaseIterable {
  case relu = "Relu"
  case clip = "Clip"
  case leakyRelu = "LeakyRelu"
  case thresholdedRelu = "ThresholdedRelu"
  case elu = "Elu"
  case celu = "Celu"
  case selu = "Selu"
  case sigmoid = "Sigmoid"
  case hardSigmoid = "HardSigmoid"
  case hardSwish = "HardSwish"
  case mish = "Mish"
  case gelu = "Gelu"
  case tanh = "Tanh"
  case softplus = "Softplus"
  case softsign = "Softsign"
  case absolute = "Abs"
  case negative = "Neg"
  case sign = "Sign"
  case floor = "Floor"
  case ceiling = "Ceil"
  case round = "Round"
  case reciprocal = "Reciprocal"
  case squareRoot = "Sqrt"
  case exponential = "Exp"
  case logarithm = "Log"
  case errorFunction = "Erf"
  case sine = "Sin"
  case cosine = "Cos"

  /// The numbers that a node gives to its function.
  struct Parameters {
    var alpha: Float?
    var beta: Float?
    var gamma: Float?
    var lower = -Float.infinity
    var upper = Float.infinity
    var approximation = "none"
  }

  /// The function's value in float32.
  func callAsFunction(_ x: Float, _ parameters: Parameters) -> Float {
    switch self {
    case .relu: max(x, 0)
    case .clip: min(max(x, parameters.lower), parameters.upper)
    case .leakyRelu: x >= 0 ? x : (parameters.alpha ?? 0.01) * x
    case .thresholdedRelu: x > (parameters.alpha ?? 1) ? x : 0
    case .hardSigmoid: max(0, min(1, (parameters.alpha ?? 0.2) * x + (parameters.beta ?? 0.5)))
    case .hardSwish: x * max(0, min(1, 1 / 6 * x + 0.5))
    case .absolute: abs(x)
    case .negative: -x
    case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
    case .floor: x.rounded(.down)
    case .ceiling: x.rounded(.up)
    case .round: x.rounded(.toNearestOrEven)
    case .reciprocal: 1 / x
    case .squareRoot: x.squareRoot()
    case .softsign: x / (1 + abs(x))
    case .elu, .celu, .selu, .sigmoid, .mish, .gelu, .tanh, .softplus, .exponential, .logarithm, .errorFunction, .sine,
      .cosine:
      Float(transcendental(Double(x), parameters))
    }
  }

  /// In double precision, from which one rounding to float32 follows.
  private func transcendental(_ x: Double, _ parameters: Parameters) -> Double {
    let alpha = parameters.alpha.map { Double($0) }
    switch self {
    case .elu: return x >= 0 ? x : (alpha ?? 1) * expm1(x)
    case .celu: return max(0, x) + min(0, (alpha ?? 1) * expm1(x / (alpha ?? 1)))
    case .selu:
      // The standard's own constants, float32 numbers.
      let scale = Double(parameters.gamma ?? 1.050_700_987_355_480_5)
      return x > 0 ? scale * x : scale * (alpha ?? Double(Float(1.673_263_242_354_377_2))) * expm1(x)
    case .sigmoid: return 1 / (1 + exp(-x))
    case .mish: return x * Foundation.tanh(log1p(exp(x)))
    case .gelu:
      guard parameters.approximation == "tanh" else { return 0.5 * x * (1 + erf(x / 2.0.squareRoot())) }
      return 0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .tanh: return Foundation.tanh(x)
    case .softplus: return log1p(exp(x))
    case .exponential: return exp(x)
    case .logarithm: return log(x)
    case .errorFunction: return erf(x)
    case .sine: return sin(x)
    case .cosine: return cos(x)
    default: return .nan
    }
  }
}
