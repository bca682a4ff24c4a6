using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Policy;
using TorchSharp;
using static TorchSharp.torch;

namespace RobotRL.Critic;

/// <summary>Figures of one update of a safety critic.</summary>
/// <param name="RiskLoss">Cross-entropy of the risk against its target, mean over twins and batch.</param>
/// <param name="FeasibilityLoss">Squared error of Q_h plus V_h's expectile loss.</param>
/// <param name="RecoveryRisk">Pessimistic risk of the recovery policy's actions.</param>
public readonly record struct SafetyMetrics(double RiskLoss, double FeasibilityLoss, double RecoveryRisk);

/// <summary>
/// Learns how dangerous an action is: Q_risk, the discounted chance of a violation (Recovery RL, arXiv 2010.15920), and Q_h, the worst constraint margin
/// that the best continuation meets (FISOR, arXiv 2401.10700); and a recovery policy that makes the pessimistic risk small.
/// </summary>
/// <remarks>
/// a′ is the next action of the log (SARSA), not the task policy's: what the log executed is known to the bit, a policy's proposal would first have to be
/// carried out by the arm to become features; and the critic is then of use to any policy, and pessimistic where the log explored.
/// </remarks>
public sealed class SafetyCriticLearner : IDisposable
{
    private const int Twins = 2, CanaryRows = 16;

    private readonly SafetyCriticParameters _parameters;
    private readonly RandomStream _noise;
    private readonly ParallelPerceptrons _riskNetwork, _feasibilityNetwork, _valueNetwork, _recoveryNetwork;
    private readonly ParameterBlock _risk, _targetRisk, _feasibility, _targetFeasibility, _value, _recovery;
    private readonly Adam[] _optimizers;
    private readonly SafetyTransition[] _batch;
    private readonly Tensor _stateMask, _axisMask;

    public SafetyCriticLearner(SafetyFeatureLayout features, SafetyCriticParameters parameters, ulong seed)
    {
        NativeHeap.KeepFreedBlocks();
        if (get_num_threads() != parameters.Threads) set_num_threads(parameters.Threads);
        (Features, _parameters, _noise, _batch) = (features, parameters, new(seed), new SafetyTransition[parameters.BatchSize]);
        List<Adam> optimizers = [];
        (_riskNetwork, _risk) = Network(Twins, features.Inputs, 1);
        (_feasibilityNetwork, _feasibility) = Network(Twins, features.Inputs, 1);
        (_valueNetwork, _value) = Network(1, features.Inputs, 1);
        (_recoveryNetwork, _recovery) = Network(1, features.RecoveryInputs, features.ActionCount);
        (_targetRisk, _targetFeasibility) = (Copy(_risk), Copy(_feasibility));
        _optimizers = [.. optimizers];

        using var scope = NewDisposeScope();
        float[] state = [.. Enumerable.Range(0, features.Inputs)
            .Select(i => i >= features.ActionStart && i < features.ActionStart + features.ActionCount ? 0f : 1f)];
        float[] axes = [.. Enumerable.Range(0, features.ActionCount).Select(i => features.DrivenActions.Contains(i) ? 1f : 0f)];
        _stateMask = tensor(state).DetachFromDisposeScope();
        _axisMask = tensor(axes).DetachFromDisposeScope();

        (ParallelPerceptrons, ParameterBlock) Network(int members, int inputs, int outputs)
        {
            var layout = new ParameterLayout();
            var network = new ParallelPerceptrons(layout, members, inputs, outputs);
            var block = new ParameterBlock(layout, CPU, trainable: true);
            block.Initialize(_noise);
            optimizers.Add(new Adam(block, parameters.LearningRate));
            return (network, block);
        }
        ParameterBlock Copy(ParameterBlock source)
        {
            var copy = new ParameterBlock(source.Layout, CPU, trainable: false);
            copy.CopyFrom(source);
            return copy;
        }
    }

    public SafetyFeatureLayout Features { get; }

    /// <summary>Updates done.</summary>
    public long Steps { get; private set; }

    /// <summary>One update of every head on a batch from the buffer.</summary>
    public SafetyMetrics Step(SafetyBuffer buffer)
    {
        buffer.Sample(_batch, _parameters.ViolationShare, _noise);
        double drawn = _batch.Count(t => t.Violated) / (double)_batch.Length, actual = buffer.Violations / (double)buffer.Count;
        return drawn is > 0 and < 1 ? Update(_batch, actual / drawn, (1 - actual) / (1 - drawn)) : Update(_batch);
    }

    /// <summary>One update of every head on given transitions.</summary>
    /// <param name="batch">Any number of transitions.</param>
    /// <param name="violationWeight">
    /// Weight, in the risk's loss, of the rows that end in a violation. They are oversampled, so without the weight the risk would be an overestimate.
    /// </param>
    /// <param name="otherWeight">Weight of the other rows there.</param>
    public SafetyMetrics Update(ReadOnlySpan<SafetyTransition> batch, double violationWeight = 1, double otherWeight = 1)
    {
        using var scope = NewDisposeScope();
        var (x, next) = (Rows(batch, t => t.Features), Rows(batch, t => t.Next ?? t.Features));
        var (margin, violated, follows) = (Column(batch, t => t.Margin), Column(batch, t => t.Violated ? 1 : 0), Column(batch, t => t.Next is null ? 0 : 1));
        Tensor riskTarget, feasibilityTarget, best;
        using (no_grad())
        {
            riskTarget = RiskTarget(next, violated, follows);
            feasibilityTarget = FeasibilityTarget(next, margin, violated, follows);
            best = _feasibilityNetwork.Forward(_targetFeasibility.Frozen, x).squeeze(2).amax([0]);
        }
        // Cross-entropy has the squared error's fixed point, and a gradient also where the sigmoid is saturated on the wrong side.
        var logits = _riskNetwork.Forward(_risk.Trained, x).squeeze(2);
        var weights = violated.Times(violationWeight - otherWeight).Plus(otherWeight);
        var riskLoss = ((logits.Softplus() - logits * riskTarget) * weights).mean();
        var feasibilityLoss = (_feasibilityNetwork.Forward(_feasibility.Trained, x).squeeze(2) - feasibilityTarget).Squared().mean();
        var valueLoss = ExpectileLoss(best - _valueNetwork.Forward(_value.Trained, x * _stateMask).view(-1));
        var recoveryRisk = Risk(_risk.Frozen, WithRecovery(_recovery.Trained, x)).mean();
        var loss = riskLoss.Plus(feasibilityLoss).Plus(valueLoss).Plus(recoveryRisk);
        LearningDivergedException.Require(loss, Steps);
        loss.backward();
        foreach (var optimizer in _optimizers) optimizer.Step();
        _targetRisk.MoveToward(_risk, _parameters.TargetRate);
        _targetFeasibility.MoveToward(_feasibility, _parameters.TargetRate);
        Steps++;
        return new(riskLoss.item<float>(), feasibilityLoss.Plus(valueLoss).item<float>(), recoveryRisk.item<float>());
    }

    /// <summary>The pessimistic query of both heads, row by row: the larger of the twins.</summary>
    public (float Risk, float Feasibility)[] Query(IReadOnlyList<float[]> features)
    {
        if (features.Count == 0) return [];
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var x = Rows(features);
        float[] risk = [.. Risk(_risk.Frozen, x).data<float>()];
        float[] feasibility = [.. _feasibilityNetwork.Forward(_feasibility.Frozen, x).squeeze(2).amax([0]).data<float>()];
        return [.. risk.Zip(feasibility)];
    }

    /// <summary>The recovery policy's actions, row by row, each of <see cref="SafetyFeatureLayout.ActionCount"/> components in [−1, 1].</summary>
    public float[][] Recover(IReadOnlyList<float[]> features)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var actions = Recovery(_recovery.Frozen, Rows(features)).data<float>().ToArray();
        return [.. actions.Chunk(Features.ActionCount)];
    }

    /// <summary>Every tensor that the loop's own inference needs, and a batch of inputs with the answers of these networks.</summary>
    public Safetensors Export()
    {
        var tensors = new Safetensors();
        _riskNetwork.Export(_risk, tensors, "risk1", "risk2");
        _feasibilityNetwork.Export(_feasibility, tensors, "feasibility1", "feasibility2");
        _recoveryNetwork.Export(_recovery, tensors, "recovery");
        Undrive(tensors);
        var inputs = new float[CanaryRows][];
        var noise = new RandomStream(1);
        for (var i = 0; i < CanaryRows; i++) noise.FillNormal(inputs[i] = new float[Features.Inputs]);
        var answers = Query(inputs);
        tensors.Add("canary.inputs", [.. inputs.SelectMany(v => v)], CanaryRows, Features.Inputs);
        tensors.Add("canary.risk", [.. answers.Select(a => a.Risk)], CanaryRows);
        tensors.Add("canary.feasibility", [.. answers.Select(a => a.Feasibility)], CanaryRows);
        return tensors;
    }

    /// <summary>Every network that learns, for <see cref="Load"/>. Optimizers start anew.</summary>
    public void Save(Safetensors tensors)
    {
        foreach (var (name, block) in _names.Zip(Blocks)) tensors.Add(block, name + ".");
    }

    /// <summary>Goes on from networks that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape; nothing is changed.</exception>
    public void Load(Safetensors tensors, long steps)
    {
        var values = _names.Zip(Blocks, (name, block) => tensors.Pack(block.Layout, name + ".")).ToArray();
        foreach (var (block, flat) in Blocks.Zip(values)) block.Write(flat);
        Steps = steps;
    }

    /// <summary>y = c + (1 − c) γ_s max(Q̄₁, Q̄₂)(s′, a′); nothing follows where the log ends.</summary>
    internal Tensor RiskTarget(Tensor next, Tensor violated, Tensor follows) =>
        violated.Plus(1f.Less(violated) * follows * Risk(_targetRisk.Frozen, next).Times(_parameters.RiskDiscount));

    /// <summary>y = (1 − γ) h + γ max(h, V_h(s′)); h itself at an end.</summary>
    internal Tensor FeasibilityTarget(Tensor next, Tensor margin, Tensor violated, Tensor follows)
    {
        var value = maximum(margin, _valueNetwork.Forward(_value.Frozen, next * _stateMask).view(-1));
        var continuing = margin.Times(1 - _parameters.FeasibilityDiscount).Plus(value.Times(_parameters.FeasibilityDiscount));
        var goesOn = follows * 1f.Less(violated);
        return margin.Plus(goesOn * (continuing - margin));
    }

    private static readonly string[] _names = ["risk", "risk_target", "feasibility", "feasibility_target", "value", "recovery"];

    /// <summary>In the order of their names.</summary>
    internal IReadOnlyList<ParameterBlock> Blocks => [_risk, _targetRisk, _feasibility, _targetFeasibility, _value, _recovery];

    public void Dispose()
    {
        foreach (var optimizer in _optimizers) optimizer.Dispose();
        foreach (var block in Blocks) block.Dispose();
        _stateMask.Dispose();
        _axisMask.Dispose();
    }

    /// <summary>|τ − [u ≥ 0]| u²: reversed, since harm is to be small. Values above V_h draw it up little, values below draw it down.</summary>
    private Tensor ExpectileLoss(Tensor u)
    {
        var (above, below) = (u.relu().Squared().Times(1 - _parameters.Expectile), u.neg().relu().Squared().Times(_parameters.Expectile));
        return above.Plus(below).mean();
    }

    private Tensor Risk(IReadOnlyList<Tensor> p, Tensor x) => _riskNetwork.Forward(p, x).squeeze(2).amax([0]).sigmoid();

    private Tensor Recovery(IReadOnlyList<Tensor> p, Tensor x) =>
        _recoveryNetwork.Forward(p, x.narrow(1, 0, Features.RecoveryInputs)).squeeze(0).tanh() * _axisMask;

    private Tensor WithRecovery(IReadOnlyList<Tensor> p, Tensor x)
    {
        var end = Features.ActionStart + Features.ActionCount;
        return cat([x.narrow(1, 0, Features.ActionStart), Recovery(p, x), x.narrow(1, end, Features.Inputs - end)], 1);
    }

    /// <summary>Where the task drives nothing, the recovery asks for nothing: tanh 0.</summary>
    private void Undrive(Safetensors tensors)
    {
        var weights = tensors.Get("recovery.w2", Features.ActionCount, ParallelPerceptrons.Hidden);
        var biases = tensors.Get("recovery.b2", Features.ActionCount);
        for (var i = 0; i < Features.ActionCount; i++)
        {
            if (Features.DrivenActions.Contains(i)) continue;
            weights.AsSpan(i * ParallelPerceptrons.Hidden, ParallelPerceptrons.Hidden).Clear();
            biases[i] = 0;
        }
    }

    private Tensor Rows(ReadOnlySpan<SafetyTransition> batch, Func<SafetyTransition, float[]> of)
    {
        var rows = new float[batch.Length][];
        for (var i = 0; i < rows.Length; i++) rows[i] = of(batch[i]);
        return Rows(rows);
    }

    private Tensor Rows(IReadOnlyList<float[]> rows)
    {
        var values = new float[rows.Count * Features.Inputs];
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Length != Features.Inputs) throw new ArgumentException($"{Features.Name} has {Features.Inputs} features, not {rows[i].Length}.");
            rows[i].CopyTo(values, i * Features.Inputs);
        }
        return tensor(values).view(rows.Count, Features.Inputs);
    }

    private static Tensor Column(ReadOnlySpan<SafetyTransition> batch, Func<SafetyTransition, float> of)
    {
        var values = new float[batch.Length];
        for (var i = 0; i < values.Length; i++) values[i] = of(batch[i]);
        return tensor(values);
    }
}

file static class Complement
{
    /// <summary>one − x.</summary>
    public static Tensor Less(this float one, Tensor x) => x.neg().Plus(one);
}
