import CGLPK

extension MILPModel {
  /// Solves the model with GLPK's branch and cut, in one synchronous call that leaves nothing behind.
  ///
  /// The search is stopped by a count of nodes and never by a clock, so that equal models give equal points on every
  /// machine. GLPK keeps its heap per thread: all of its objects are made and freed inside this call.
  ///
  /// - Parameters:
  ///   - nodeLimit: branch-and-bound nodes after which the search is stopped.
  ///   - relativeGap: the search is also stopped when no point can be better than the best one by more than this.
  ///   - start: values of the binary columns, others are not looked at, of a point that the search starts with; where they
  ///     contradict the rows, it starts without.
  ///   - roundingCuts: whether cuts by mixed-integer rounding are made beside Gomory's: fewer nodes, each of more time.
  ///   - progress: told the number of nodes now and then.
  /// - Returns: the best point found.
  /// - Throws: `MILPError` when there is no point to return.
  func solved(
    nodeLimit: Int, relativeGap: Double = 0, start: [Bool]? = nil, roundingCuts: Bool = false,
    progress: @escaping (_ nodes: Int) -> Void = { _ in }
  ) throws(MILPError) -> MILPSolution {
    glp_term_out(GLP_OFF)
    // Runs last, after the problem itself is freed.
    defer { glp_free_env() }
    let problem = glp_create_prob()
    defer { glp_delete_prob(problem) }
    load(into: problem)
    try solveRelaxation(problem)

    var search = SearchState(nodeLimit: nodeLimit, start: start.flatMap { completed($0, problem) }, progress: progress)
    let code = withUnsafeMutablePointer(to: &search) { state in
      var parameters = searchParameters(roundingCuts: roundingCuts)
      parameters.mip_gap = relativeGap
      parameters.cb_func = { tree, info in
        info?.assumingMemoryBound(to: SearchState.self).pointee.observe(tree)
      }
      parameters.cb_info = UnsafeMutableRawPointer(state)
      return glp_intopt(problem, &parameters)
    }
    guard [0, GLP_ESTOP, GLP_EMIPGAP].contains(code) else {
      throw [GLP_ENOPFS, GLP_ENODFS].contains(code) ? .infeasible : .failed(code: Int(code))
    }
    switch glp_mip_status(problem) {
    case GLP_OPT, GLP_FEAS:
      let objective = glp_mip_obj_val(problem)
      let isOptimal = glp_mip_status(problem) == GLP_OPT
      return MILPSolution(
        isOptimal: isOptimal,
        values: columns.indices.map { glp_mip_col_val(problem, Int32($0 + 1)) },
        objective: objective,
        bound: isOptimal ? objective : min(objective, search.bound),
        nodes: search.nodes)
    case GLP_NOFEAS:
      throw .infeasible
    default:
      throw .nodeLimit(nodes: search.nodes, bound: search.bound)
    }
  }

  /// The optimum over real numbers, where the search starts.
  ///
  /// GLPK's own presolver is not used: it may eliminate every column, and cover cuts end the process when none is left.
  private func solveRelaxation(_ problem: OpaquePointer?) throws(MILPError) {
    var parameters = glp_smcp()
    glp_init_smcp(&parameters)
    parameters.msg_lev = GLP_MSG_OFF
    parameters.meth = GLP_DUALP
    glp_adv_basis(problem, 0)
    let code = glp_simplex(problem, &parameters)
    guard code == 0 else { throw .failed(code: Int(code)) }
    switch glp_get_status(problem) {
    case GLP_OPT: return
    case GLP_NOFEAS, GLP_INFEAS: throw .infeasible
    case let status: throw .failed(code: Int(status))
    }
  }

  /// The best point whose binary columns are `start`, numbered from 1; nil where there is none.
  private func completed(_ start: [Bool], _ problem: OpaquePointer?) -> [Double]? {
    let copy = glp_create_prob()
    defer { glp_delete_prob(copy) }
    glp_copy_prob(copy, problem, GLP_OFF)
    for (index, column) in columns.enumerated() where column.isBinary {
      let value = start[index] ? 1.0 : 0.0
      glp_set_col_bnds(copy, Int32(index + 1), GLP_FX, value, value)
    }
    do { try solveRelaxation(copy) } catch { return nil }
    return [0]
      + columns.indices.map { index in
        columns[index].isBinary ? (start[index] ? 1 : 0) : glp_get_col_prim(copy, Int32(index + 1))
      }
  }

  /// Driebeck-Tomlin branching with cuts: on network models without them GLPK doesn't close the gap.
  private func searchParameters(roundingCuts: Bool) -> glp_iocp {
    var parameters = glp_iocp()
    glp_init_iocp(&parameters)
    parameters.msg_lev = GLP_MSG_OFF
    parameters.br_tech = GLP_BR_DTH
    parameters.mir_cuts = roundingCuts ? GLP_ON : GLP_OFF
    parameters.cov_cuts = GLP_ON
    parameters.clq_cuts = GLP_ON
    parameters.gmi_cuts = GLP_ON
    return parameters
  }

  /// Copies the model; GLPK counts rows and columns from 1 and ignores the element before.
  private func load(into problem: OpaquePointer?) {
    glp_set_obj_dir(problem, GLP_MIN)
    if !columns.isEmpty { glp_add_cols(problem, Int32(columns.count)) }
    for (index, column) in columns.enumerated() {
      let number = Int32(index + 1)
      if column.isBinary { glp_set_col_kind(problem, number, GLP_BV) }
      let kind = Self.boundKind(lower: column.lower, upper: column.upper)
      glp_set_col_bnds(problem, number, kind, column.lower, column.upper ?? 0)
      glp_set_obj_coef(problem, number, column.cost)
    }
    if !rows.isEmpty { glp_add_rows(problem, Int32(rows.count)) }
    for (index, row) in rows.enumerated() {
      let number = Int32(index + 1)
      let kind = Self.boundKind(lower: row.lower, upper: row.upper)
      glp_set_row_bnds(problem, number, kind, row.lower ?? 0, row.upper ?? 0)
      let numbers = [0] + row.terms.map { Int32($0.column + 1) }
      let coefficients = [0] + row.terms.map(\.coefficient)
      glp_set_mat_row(problem, number, Int32(row.terms.count), numbers, coefficients)
    }
  }

  private static func boundKind(lower: Double?, upper: Double?) -> Int32 {
    switch (lower, upper) {
    case (nil, nil): GLP_FR
    case (nil, _): GLP_UP
    case (_, nil): GLP_LO
    case (let lower, let upper): lower == upper ? GLP_FX : GLP_DB
    }
  }
}

/// What the callback sees of GLPK's search.
private struct SearchState {
  let nodeLimit: Int
  let progress: (Int) -> Void
  var nodes = 0
  var bound = -Double.infinity
  /// A point to start with, numbered from 1; nil where there is none, or once GLPK has it.
  private var start: [Double]?
  private var reportedNodes = 0

  init(nodeLimit: Int, start: [Double]?, progress: @escaping (Int) -> Void) {
    self.nodeLimit = nodeLimit
    self.start = start
    self.progress = progress
  }

  /// Called by GLPK at every event of the search.
  mutating func observe(_ tree: OpaquePointer?) {
    if glp_ios_reason(tree) == GLP_IHEUR, let point = start {
      glp_ios_heur_sol(tree, point)
      start = nil
    }
    var active: Int32 = 0
    var current: Int32 = 0
    var total: Int32 = 0
    glp_ios_tree_size(tree, &active, &current, &total)
    nodes = Int(total)
    let best = glp_ios_best_node(tree)
    if best != 0 { bound = max(bound, glp_ios_node_bound(tree, best)) }
    if nodes >= reportedNodes + 50 {
      reportedNodes = nodes
      progress(nodes)
    }
    if nodes > nodeLimit { glp_ios_terminate(tree) }
  }
}
