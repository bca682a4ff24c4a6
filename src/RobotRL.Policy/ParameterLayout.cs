namespace RobotRL.Policy;

/// <summary>How a parameter starts.</summary>
public enum Initialization
{
    Zeros,
    Ones,

    /// <summary>Xavier: uniform ± √(6 / (fan in + fan out)).</summary>
    Xavier,

    /// <summary>He: normal with variance 2 / fan in, for layers that end in a rectifier.</summary>
    He,

    /// <summary>LeCun: normal with variance 1 / fan in.</summary>
    LeCun,
}

/// <summary>One named parameter of a network.</summary>
/// <param name="Name">Name in weight files, dot-separated.</param>
/// <param name="Shape">Row-major shape.</param>
/// <param name="Start">How it starts.</param>
/// <param name="FanIn">Inputs that one output sums over.</param>
/// <param name="FanOut">Outputs that one input reaches.</param>
/// <param name="ChannelsLast">A convolution kernel [out, in, h, w] kept in memory as [out, h, w, in], as CPU convolutions want it.</param>
public sealed record ParameterSpecification(string Name, IReadOnlyList<long> Shape, Initialization Start, long FanIn, long FanOut, bool ChannelsLast)
{
    public long Count => Shape.Aggregate(1L, (a, b) => a * b);
}

/// <summary>Where a layer finds a parameter in the tensors it is given.</summary>
public readonly record struct Slot(int Index);

/// <summary>
/// The parameters of a network, collected while its layers are built. A network is a function of parameters: the same layers run with
/// the trained values, their frozen view or the target copy (<see cref="ParameterBlock"/>).
/// </summary>
public sealed class ParameterLayout
{
    private readonly List<ParameterSpecification> _parameters = [];

    public IReadOnlyList<ParameterSpecification> Parameters => _parameters;

    /// <summary>Number of values in all.</summary>
    public long Count => _parameters.Sum(p => p.Count);

    /// <summary>Adds a parameter and says where it will be.</summary>
    public Slot Add(string name, Initialization start, long fanIn, long fanOut, params long[] shape) => Add(name, start, fanIn, fanOut, false, shape);

    /// <summary>Adds a square convolution kernel [output, input, size, size], channels last in memory.</summary>
    public Slot AddKernel(string name, long output, long input, long size, Initialization start = Initialization.He) =>
        Add(name, start, input * size * size, output * size * size, true, [output, input, size, size]);

    private Slot Add(string name, Initialization start, long fanIn, long fanOut, bool channelsLast, long[] shape)
    {
        if (_parameters.Exists(p => p.Name == name)) throw new ArgumentException($"Two parameters are called {name}.", nameof(name));
        _parameters.Add(new(name, shape, start, fanIn, fanOut, channelsLast));
        return new(_parameters.Count - 1);
    }
}
