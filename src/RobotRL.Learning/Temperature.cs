namespace RobotRL.Learning;

/// <summary>
/// The entropy weight α = softplus(λ), moved by its own Adam so that the policy's entropy settles at a target: the gradient of
/// α (H − H̄) in λ is σ(λ) (H − H̄). One number, kept on the host in double precision.
/// </summary>
internal sealed class Temperature(double initial, double targetEntropy, double rate)
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    public TemperatureState State { get; set; } = new(Math.Log(Math.Exp(initial) - 1), 0, 0, 0);

    /// <summary>α.</summary>
    public double Value => Softplus(State.Lambda);

    /// <summary>H̄, nats.</summary>
    public double TargetEntropy => targetEntropy;

    public void Step(double entropy)
    {
        var s = State;
        var gradient = (entropy - targetEntropy) / (1 + Math.Exp(-s.Lambda));
        var (first, second, steps) = (Beta1 * s.First + (1 - Beta1) * gradient, Beta2 * s.Second + (1 - Beta2) * gradient * gradient, s.Steps + 1);
        var step = rate * first / (1 - Math.Pow(Beta1, steps)) / (Math.Sqrt(second / (1 - Math.Pow(Beta2, steps))) + Epsilon);
        State = new(s.Lambda - step, first, second, steps);
    }

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}

/// <summary>λ and its optimizer's moments.</summary>
public readonly record struct TemperatureState(double Lambda, double First, double Second, long Steps);
